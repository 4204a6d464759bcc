import { closeSync, constants, fstatSync, openSync, readlinkSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { dirname, resolve } from "node:path";
import { UserError } from "../../shared/user-error.ts";
import { GuardError, mostLinks, requireRootsWay } from "../config/files/guarded-path.ts";

/** Names a file without opening it (open(2)); Node has no word for it. */
const O_PATH = 0o10000000;

/**
 * Connects to a control socket that is this user's own, or root's: what somebody else listens with would be told what is meant
 * for longshored, and could answer what it likes. It is the socket that was looked at, whatever the path leads to by then. For
 * root nobody else may be able to change the way to it, either.
 * @throws UserError that names what belongs to somebody else, or what the system says
 */
export function connectTrusted(path: string, links = 0): Socket {
  if (process.platform !== "linux") return connect(path);
  if (links > mostLinks) throw Object.assign(new Error("too many symbolic links"), { code: "ELOOP" });
  requireWay(path);
  const fd = openSync(path, O_PATH | constants.O_NOFOLLOW);
  try {
    const stats = fstatSync(fd);
    if (stats.uid !== 0 && stats.uid !== process.geteuid?.())
      throw refuse(path, `${path} belongs to another user (uid ${stats.uid})`);
    if (stats.isSymbolicLink()) return connectTrusted(resolve(dirname(path), readlinkSync(path)), links + 1);
    // The call is made before this returns: only its outcome comes later.
    return connect(`/proc/self/fd/${fd}`);
  } finally {
    closeSync(fd);
  }
}

function requireWay(path: string): void {
  try {
    requireRootsWay(dirname(resolve(path)));
  } catch (error) {
    throw error instanceof GuardError ? refuse(path, error.message) : error;
  }
}

function refuse(path: string, reason: string): UserError {
  const hint =
    "have longshored listen where only its own user can write, such as /run/longshore for root (--socket PATH); to steer another user's, be that user: runuser -u NAME -- longshorectl …";
  return new UserError("untrusted_socket", `cannot trust what answers at ${path}: ${reason}`, {
    hint,
    exitCode: 69,
  });
}
