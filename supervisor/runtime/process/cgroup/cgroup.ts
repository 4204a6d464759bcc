import { closeSync, openSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A control group of its own for one instance (cgroup v2, https://docs.kernel.org/admin-guide/cgroup-v2.html). */
export class Cgroup {
  /** @param folder its directory, which exists */
  constructor(readonly folder: string) {}

  /** Calls back with a descriptor of it, which is closed afterwards. */
  withDescriptor<T>(act: (fd: number) => T): T {
    const fd = openSync(this.folder, "r");
    try {
      return act(fd);
    } finally {
      closeSync(fd);
    }
  }

  /** Its living processes; those of cgroups that they made below it included. */
  listPids(): number[] {
    try {
      return listPidsBelow(this.folder);
    } catch {
      // no descriptor is left to look with
      return [];
    }
  }

  /** Whether a living process is in it, or below it. What has ended and was not collected yet does not count. */
  isPopulated(): boolean {
    try {
      return listPidsBelow(this.folder).length > 0;
    } catch {
      // It cannot be looked at now, so it is not known to be empty.
      return true;
    }
  }

  /** Kills all of them at once, also those that are being forked. */
  kill(): void {
    try {
      writeFileSync(join(this.folder, "cgroup.kill"), "1");
    } catch {
      // removed by somebody else, or no descriptor is left: whoever kills tries again as long as it is populated
    }
  }

  /** Removes it, and what its processes made below it. While one of them lives, it stays. */
  remove(): void {
    try {
      for (const child of listFolders(this.folder)) new Cgroup(join(this.folder, child)).remove();
      rmdirSync(this.folder);
    } catch {
      // in use, or gone
    }
  }
}

function listPidsBelow(folder: string): number[] {
  try {
    const pids = readFileSync(join(folder, "cgroup.procs"), "latin1").split("\n").map(Number);
    // 0 is a process that another pid namespace knows by a number of its own, and this one does not.
    const own = pids.filter((pid) => pid > 0);
    return [...own, ...listFolders(folder).flatMap((child) => listPidsBelow(join(folder, child)))];
  } catch (error) {
    // removed meanwhile
    if (["ENOENT", "ENODEV"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

function listFolders(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}
