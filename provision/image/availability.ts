import { UserError } from "../../shared/user-error.ts";
import { baseImages, isMadeByDebootstrap } from "./base-image.ts";
import { type Builder, hasImage } from "./engine.ts";
import type { WantedImage } from "./image.ts";
import { adviseOnRegistry } from "./registry-failure.ts";

const LIMIT_MS = 20_000;

/**
 * Finds out, without a download, whether a machine has an image or can get it.
 *
 * @throws UserError `image_unavailable` with the engine's words
 */
export async function checkAvailable({ connection, docker }: Builder, name: string): Promise<void> {
  if (await hasImage(docker, name)) return;
  const abortSignal = AbortSignal.timeout(LIMIT_MS);
  // The engine knows its mirrors and insecure registries, its command line root's logins: either may get it.
  const reason = await docker
    .getImage(name)
    .distribution({ abortSignal })
    .then(
      () => undefined,
      (error: Error & { json?: { message?: string } }) =>
        abortSignal.aborted
          ? `no registry answers within ${LIMIT_MS / 1000} s`
          : (error.json?.message ?? error.message),
    );
  if (reason === undefined) return;
  const limit = String(LIMIT_MS / 1000);
  const argv = ["timeout", limit, "docker", "manifest", "inspect", name];
  const { code } = await connection.exec(argv, { become: true });
  if (code !== 0) throw unavailable(name, connection.host, reason);
}

/** @throws UserError `image_unavailable` for the first image of a Dockerfile's FROM lines that cannot be had */
export async function checkBaseImages(builder: Builder, image: WantedImage): Promise<void> {
  for (const base of baseImages(image)) if (!isMadeByDebootstrap(base)) await checkAvailable(builder, base);
}

/** An image that cannot be had, thrown by the caller. */
export function unavailable(name: string, host: string, reason: string): UserError {
  return new UserError("image_unavailable", `${host} cannot get the image ${name}: ${reason}`, {
    hint: adviseOnRegistry(name, reason),
  });
}
