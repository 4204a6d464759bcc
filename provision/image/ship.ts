import { Readable } from "node:stream";
import type Docker from "dockerode";
import * as tar from "tar-stream";
import { UserError } from "../../supervisor/config/user-error.ts";
import { hasImage } from "./engine.ts";
import { missingLayers } from "./layers.ts";

export interface Shipment {
  layers: number;
  bytes: number;
}

/**
 * Brings an image from one engine to another without a registry. Only the layers that the target lacks travel;
 * an engine that does not take such a partial image gets all of it.
 *
 * @throws UserError `ship_failed` with the engine's own words
 */
export async function shipImage(from: Docker, to: Docker, name: string): Promise<Shipment> {
  const { RootFS } = await from.getImage(name).inspect();
  const wanted = RootFS?.Layers ?? [];
  const missing = missingLayers(wanted, await listLayers(to));
  if (missing.length < wanted.length) {
    const partial = await load(to, name, await savePartial(from, name, new Set(missing)));
    if (partial.ok) return { layers: missing.length, bytes: partial.bytes };
  }
  const whole = await load(to, name, (await from.getImage(name).get()) as Readable);
  if (!whole.ok) throw new UserError("ship_failed", `cannot load ${name}: ${whole.reason}`);
  return { layers: wanted.length, bytes: whole.bytes };
}

async function listLayers(docker: Docker): Promise<string[][]> {
  const images = await docker.listImages();
  return Promise.all(
    images.map(async ({ Id }) => {
      const image = await docker
        .getImage(Id)
        .inspect()
        .catch(() => undefined);
      return image?.RootFS?.Layers ?? [];
    }),
  );
}

async function load(
  docker: Docker,
  name: string,
  archive: Readable,
): Promise<{ ok: boolean; bytes: number; reason?: string }> {
  let bytes = 0;
  archive.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
  });
  try {
    const answer = await docker.loadImage(archive as NodeJS.ReadableStream);
    await new Promise<void>((resolve, reject) => {
      docker.modem.followProgress(answer, (error: Error | null) =>
        error === null ? resolve() : reject(error),
      );
    });
    return { ok: await hasImage(docker, name), bytes, reason: "the engine took it, but does not list it" };
  } catch (error) {
    return { ok: false, bytes, reason: (error as Error).message };
  }
}

/** `docker save` without the layers that are not in `keep` (their indexes in the image). */
async function savePartial(docker: Docker, name: string, keep: ReadonlySet<number>): Promise<Readable> {
  const layers = await readLayerPaths((await docker.getImage(name).get()) as Readable);
  const left = new Set(layers.filter((_, index) => !keep.has(index)));
  const pack = tar.pack();
  const extract = tar.extract();
  extract.on("entry", (header, stream, next) => {
    if (left.has(header.name)) {
      stream.on("end", next).resume();
      return;
    }
    stream.pipe(pack.entry(header, (error) => next(error)));
  });
  extract.on("finish", () => pack.finalize());
  extract.on("error", (error) => pack.destroy(error));
  ((await docker.getImage(name).get()) as Readable).pipe(extract);
  return Readable.from(pack, { objectMode: false });
}

/** The layers' paths in the archive, in the image's order, as manifest.json has them. */
async function readLayerPaths(archive: Readable): Promise<string[]> {
  const extract = tar.extract();
  archive.on("error", (error) => extract.destroy(error)).pipe(extract);
  let paths: string[] = [];
  for await (const entry of extract) {
    if (entry.header.name !== "manifest.json") {
      entry.resume();
      continue;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const [manifest] = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { Layers: string[] }[];
    paths = manifest?.Layers ?? [];
  }
  return paths;
}
