import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isGuarded, makeGuardedFolder } from "../config/files/guarded-path.ts";

/**
 * Makes a folder and what is missing above it; one that is there already is fine. Node's own `recursive` goes on for ever where
 * the system says ENOENT although the parent is there, as below /proc (seen with Node 20).
 * @throws what the system says of the first one that cannot be made
 */
export function makeFolder(path: string, mode = 0o755): void {
  // As root not where another user leads to.
  if (isGuarded()) {
    makeGuardedFolder(path, mode);
    return;
  }
  try {
    mkdirSync(path, mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && !isFolder(dirname(path))) {
      makeFolder(dirname(path), mode);
      mkdirSync(path, mode);
    } else if (code !== "EEXIST" || !isFolder(path)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
