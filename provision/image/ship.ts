import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { UserError } from "../../shared/user-error.ts";
import type { ImageArchive } from "./archive.ts";
import { hasImage } from "./engine.ts";
import { missingLayers } from "./layers.ts";
import { followProgress } from "./progress.ts";

export interface Shipment {
  layers: number;
  bytes: number;
}

/**
 * Brings a saved image to an engine without a registry. Only the layers that the target lacks travel;
 * an engine that does not take such a partial image gets all of it.
 *
 * @throws UserError `ship_failed` with the engine's own words
 */
export async function shipImage(archive: ImageArchive, to: Docker, name: string): Promise<Shipment> {
  const wanted = archive.diffIds;
  const missing = missingLayers(wanted, await listLayers(to));
  if (missing.length < wanted.length) {
    const partial = await load(to, name, archive.withLayers(missing));
    if (partial.ok) return { layers: missing.length, bytes: partial.bytes };
  }
  const whole = await load(to, name, archive.whole());
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
    await followProgress(docker, answer);
    return { ok: await hasImage(docker, name), bytes, reason: "the engine took it, but does not list it" };
  } catch (error) {
    return { ok: false, bytes, reason: (error as Error).message };
  }
}
