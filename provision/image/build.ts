import { UserError } from "../../shared/user-error.ts";
import { ensureBaseImages } from "./base-image.ts";
import { packContext } from "./context.ts";
import { type Builder, hasImage } from "./engine.ts";
import type { WantedImage } from "./image.ts";
import { followProgress } from "./progress.ts";

/**
 * Builds an image unless the builder has it already.
 *
 * @throws UserError `build_failed` with the last lines of the build
 */
export async function buildImage(
  { connection, docker }: Builder,
  image: WantedImage,
  progress: (line: string) => void,
): Promise<void> {
  if (await hasImage(docker, image.name)) return;
  await ensureBaseImages({ connection, docker }, image, progress);
  const stream = await docker.buildImage(packContext(image.entries) as NodeJS.ReadableStream, {
    t: image.name,
    dockerfile: image.dockerfile,
    target: image.target,
    buildargs: image.args,
    labels: { ...image.labels, "longshore.image": image.name.split(":")[0] ?? "" },
    networkmode: image.network,
    cachefrom: JSON.stringify(image.cache.from),
    nocache: image.cache.none,
    pull: image.cache.pull,
    rm: true,
    forcerm: true,
  });
  const log: string[] = [];
  const add = (text: string) => {
    for (const line of text.split("\n").filter((part) => part.trim() !== "")) {
      log.push(line);
      progress(line);
    }
  };
  await followProgress(docker, stream, (event) => add(event.stream ?? "")).catch((error: Error) => {
    const tail = log.slice(-12).map((line) => `    ${line}`);
    throw new UserError("build_failed", `cannot build ${image.name}: ${error.message}\n${tail.join("\n")}`);
  });
}
