import { UserError } from "../../shared/user-error.ts";

/** The longest path of a unix socket in bytes: Linux has 108 for it, with a zero at the end (unix(7)). */
export const longestSocketPath = 107;

/** Whether the system can take a path for a socket; a longer one would be cut without a word. */
export function isSocketPathTooLong(path: string): boolean {
  return Buffer.byteLength(path) > longestSocketPath;
}

/**
 * The path of the control socket, as it was given.
 * @throws UserError for an empty one, and one that is too long
 */
export function requireSocketPath(path: string): string {
  const hint =
    "name another with --socket PATH or LONGSHORE_SOCKET; a path relative to the folder counts as it is written";
  if (path === "") throw new UserError("socket", "the path of the control socket is empty", { hint });
  if (!isSocketPathTooLong(path)) return path;
  const message = `the path of the control socket is too long: ${Buffer.byteLength(path)} bytes, and a socket's path has at most ${longestSocketPath}: ${path}`;
  throw new UserError("socket", message, { hint });
}
