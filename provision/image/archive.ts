import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type Docker from "dockerode";
import * as tar from "tar-stream";

/** Bytes of an archive that belong to one entry, its header and padding included. */
interface Extent {
  name: string;
  start: number;
  end: number;
}

const BLOCK = 512;

/** `docker save` of an image in a temporary file: saved once, then sent to any number of hosts, in whole or in part. */
export class ImageArchive {
  private constructor(
    private readonly directory: string,
    private readonly file: string,
    private readonly extents: Extent[],
    /** the layers' names in the archive, in the image's order */
    private readonly layers: string[],
    /** the layers' content, in the same order: sha256 of each uncompressed */
    readonly diffIds: string[],
  ) {}

  static async save(docker: Docker, image: string): Promise<ImageArchive> {
    const directory = await mkdtemp(join(tmpdir(), "longshore-image-"));
    const file = join(directory, "image.tar");
    try {
      const { RootFS } = await docker.getImage(image).inspect();
      const stream = (await docker.getImage(image).get()) as Readable;
      const index = tar.extract();
      stream.on("error", (error) => index.destroy(error));
      stream.pipe(index);
      const [{ extents, layers }] = await Promise.all([
        readIndex(index),
        pipeline(stream, createWriteStream(file, { mode: 0o600 })),
      ]);
      return new ImageArchive(directory, file, extents, layers, RootFS?.Layers ?? []);
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** The whole archive. */
  whole(): Readable {
    return createReadStream(this.file);
  }

  /** The archive with only those layers (their indexes in the image); an engine that has the others takes it all the same. */
  withLayers(indexes: readonly number[]): Readable {
    const left = new Set(this.layers.filter((_, index) => !indexes.includes(index)));
    const kept = this.extents.filter(({ name }) => !left.has(name));
    const { file } = this;
    return Readable.from(
      (async function* () {
        for (const { start, end } of kept) yield* createReadStream(file, { start, end: end - 1 });
        yield Buffer.alloc(2 * BLOCK);
      })(),
      { objectMode: false },
    );
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Notes where every entry stands, and reads manifest.json. */
async function readIndex(index: tar.Extract): Promise<{ extents: Extent[]; layers: string[] }> {
  const extents: Extent[] = [];
  let layers: string[] = [];
  let start = 0;
  for await (const entry of index) {
    // tar-stream notes where the data begins; before it stand the header and those of long names.
    const { name, size = 0, byteOffset = 0 } = entry.header as tar.Header & { byteOffset?: number };
    const end = byteOffset + Math.ceil(size / BLOCK) * BLOCK;
    extents.push({ name, start, end });
    start = end;
    if (name === "manifest.json") layers = await readLayers(entry);
    else entry.resume();
  }
  return { extents, layers };
}

async function readLayers(entry: AsyncIterable<unknown>): Promise<string[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer);
  const [manifest] = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { Layers: string[] }[];
  return manifest?.Layers ?? [];
}
