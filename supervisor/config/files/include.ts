import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { wildcard } from "../../../shared/wildcard.ts";

/**
 * The files that a path with `*` and `?` means, in the order of their names. Both stand for a part of the name of a file
 * or folder, as in a shell: a hidden file (an editor's lock, say) is meant only where the pattern has its dot. What fits
 * nothing means nothing; a path without a pattern is itself, there or not.
 * @throws the system's error for a folder that cannot be read
 */
export async function listMatches(path: string): Promise<string[]> {
  const start = folderOfMatches(path);
  if (start === undefined) return [path];
  let found = [start];
  const parts = path.split("/");
  for (const part of parts.slice(parts.findIndex(isPattern))) {
    const next = await Promise.all(
      found.map(async (folder) => (await listNames(folder, part)).map((name) => join(folder, name))),
    );
    found = next.flat();
  }
  return found;
}

/** The folder in which a path with `*` and `?` begins to mean what is found; undefined for one without. */
export function folderOfMatches(path: string): string | undefined {
  const parts = path.split("/");
  const first = parts.findIndex(isPattern);
  return first < 0 ? undefined : parts.slice(0, first).join("/") || (first === 0 ? "." : "/");
}

async function listNames(folder: string, pattern: string): Promise<string[]> {
  const matches = wildcard(pattern);
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => matches.test(name) && (!name.startsWith(".") || pattern.startsWith(".")))
      .sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

function isPattern(part: string): boolean {
  return /[*?]/.test(part);
}
