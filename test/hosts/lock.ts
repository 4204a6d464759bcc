import { mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { waitUntil } from "./wait.ts";

/** Makes a folder that was not there; false when it was. The file system decides which of two processes was first. */
export function claimFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Does `work` while no other process of the run does work of the same name. */
export async function withLock<T>(directory: string, name: string, work: () => Promise<T>): Promise<T> {
  const path = join(directory, `${name}.lock`);
  await waitUntil(`the lock ${name} is free`, () => claimFolder(path), { timeout: 600_000, interval: 200 });
  try {
    return await work();
  } finally {
    rmdirSync(path);
  }
}
