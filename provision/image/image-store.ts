import type { Connection } from "../connection/connection.ts";
import { dockerOf } from "../connection/docker.ts";
import { ImageArchive } from "./archive.ts";
import { buildImage } from "./build.ts";
import type { Builder } from "./engine.ts";
import type { WantedImage } from "./image.ts";

/** Builds every image once per architecture: on this machine's engine where there is one, otherwise on the first host that asks. */
export class ImageStore {
  private readonly local: Promise<(Builder & { architecture: string }) | undefined>;
  private readonly builders = new Map<string, Promise<Builder>>();
  private readonly built = new Map<string, Promise<Builder>>();
  private readonly archives = new Map<string, Promise<ImageArchive>>();

  constructor() {
    this.local = findLocalBuilder();
  }

  /** Builds the image unless it is there; returns the machine that has it. */
  build(
    image: WantedImage,
    architecture: string,
    host: Connection,
    progress: (line: string) => void,
  ): Promise<Builder> {
    const key = `${architecture} ${image.name}`;
    const known = this.built.get(key);
    if (known !== undefined) {
      progress("waiting for the build");
      return known;
    }
    const building = this.builderFor(architecture, host).then(async (builder) => {
      await buildImage(builder, image, progress);
      return builder;
    });
    this.built.set(key, building);
    return building;
  }

  /** The image in a file, saved once for all hosts. */
  archive(image: WantedImage, architecture: string, builder: Builder): Promise<ImageArchive> {
    const key = `${architecture} ${image.name}`;
    const saving = this.archives.get(key) ?? ImageArchive.save(builder.docker, image.name);
    this.archives.set(key, saving);
    return saving;
  }

  /** Removes the temporary files. */
  async close(): Promise<void> {
    const archives = await Promise.allSettled(this.archives.values());
    await Promise.all(
      archives.map((result) => (result.status === "fulfilled" ? result.value.remove() : undefined)),
    );
  }

  /** The machine that builds for hosts of an architecture. */
  builderFor(architecture: string, host: Connection): Promise<Builder> {
    const known = this.builders.get(architecture);
    if (known !== undefined) return known;
    const chosen = this.local.then((local) =>
      local?.architecture === architecture ? local : { connection: host, docker: dockerOf(host) },
    );
    this.builders.set(architecture, chosen);
    return chosen;
  }
}

async function findLocalBuilder(): Promise<(Builder & { architecture: string }) | undefined> {
  const { openLocalConnection } = await import("../connection/local.ts");
  const connection = openLocalConnection("this machine", { needed: process.getuid?.() !== 0 });
  try {
    // Only the socket itself: a laptop's sudo is not asked for this.
    (await connection.openSocket("/var/run/docker.sock")).destroy();
    const docker = dockerOf(connection);
    const { Arch } = await docker.version();
    return { connection, docker, architecture: Arch };
  } catch {
    return undefined;
  }
}
