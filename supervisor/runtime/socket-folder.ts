import { lstatSync } from "node:fs";
import { UserError } from "../../shared/user-error.ts";
import { defaultPaths } from "../protocol/default-paths.ts";

/** Whether this is where an ordinary user's longshored listens unless it is told otherwise. */
export function isOwnDefault(socketPath: string): boolean {
  const uid = process.getuid?.() ?? 0;
  return (
    uid !== 0 && socketPath === defaultPaths(uid, { ...process.env, LONGSHORE_SOCKET: undefined }).socket
  );
}

/**
 * The folder of an ordinary user's socket lies where everybody may make it first: it must be one's own, and nobody
 * else's to look into, or another user could listen there and be told what was meant for longshored.
 * @throws UserError
 */
export function requireOwnFolder(folder: string): void {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return;
  const fail = (what: string, hint: string): never => {
    throw new UserError("socket", `${folder} ${what}`, { hint });
  };
  const elsewhere = "name another socket with --socket PATH or LONGSHORE_SOCKET";
  if (!stats.isDirectory()) fail("is not a folder", elsewhere);
  if (stats.uid !== process.getuid?.()) fail(`belongs to another user (uid ${stats.uid})`, elsewhere);
  if ((stats.mode & 0o077) !== 0)
    fail(`is open to other users (mode ${(stats.mode & 0o777).toString(8)})`, `chmod 700 ${folder}`);
}
