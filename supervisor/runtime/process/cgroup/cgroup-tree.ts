import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import type { Reaper } from "../leftovers/reaper.ts";
import type { Native } from "../native.ts";
import { Cgroup } from "./cgroup.ts";
import { findDelegatedFolder } from "./delegation.ts";

/** How long the proof that a cgroup can be used may take (ms). */
const patience = 5_000;

/** The cgroups of the tasks, in a folder of their own below a cgroup that was delegated to this process. */
export class CgroupTree {
  private isGivenUp = false;

  private constructor(
    private readonly folder: string,
    private readonly log: (message: string) => void,
  ) {}

  /** The tree of this process, or undefined where no cgroup is delegated to it, which is the common case. */
  static async open(
    native: Native,
    reaper: Reaper,
    log: (message: string) => void,
  ): Promise<CgroupTree | undefined> {
    const delegated = findDelegatedFolder(native.readAttribute);
    if (delegated === undefined) return undefined;
    let tree: CgroupTree | undefined;
    try {
      if (!native.entersCgroups) throw new Error("it takes glibc 2.39");
      // A name that is nobody else's: another supervisor may have been started in the same cgroup.
      tree = new CgroupTree(mkdtempSync(join(delegated, "longshored-")), log);
      await tree.prove(native, reaper);
      log(`each process of a task starts in a cgroup of its own in ${tree.folder}`);
      return tree;
    } catch (error) {
      tree?.close();
      log(describeFallback(error));
      return undefined;
    }
  }

  /**
   * A new cgroup, or undefined where none can be had. One that was killed is of no further use: Linux (6.18) kills
   * whatever is cloned into it later.
   * @param prefix what its name begins with
   */
  make(prefix: string): Cgroup | undefined {
    if (this.isGivenUp) return undefined;
    try {
      return new Cgroup(mkdtempSync(join(this.folder, `${prefix}-`)));
    } catch (error) {
      this.isGivenUp = true;
      this.log(describeFallback(error));
      return undefined;
    }
  }

  /** Removes what was made. */
  close(): void {
    new Cgroup(this.folder).remove();
  }

  /** A sandbox may refuse it; and Linux (6.18) kills what starts there if this process's own cgroup was killed before. */
  private prove(native: Native, reaper: Reaper): Promise<void> {
    const nothing = { environment: [], searchPath: undefined, workingDir: undefined, descriptors: new Map() };
    return new Promise((resolve, reject) => {
      const cgroup = new Cgroup(mkdtempSync(join(this.folder, "proof-")));
      const pid = cgroup.withDescriptor((fd) => native.spawn({ ...nothing, argv: ["true"], cgroup: fd }));
      const limit = setTimeout(() => reject(new Error("what starts in one does not end")), patience);
      reaper.adopt(pid, ({ code, signal }) => {
        clearTimeout(limit);
        cgroup.remove();
        if (code === 0) resolve();
        else reject(new Error(`what starts in one ends with ${signal ?? code}`));
      });
    });
  }
}

function describeFallback(error: unknown): string {
  const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
  return `cannot use the delegated cgroup (${reason}): what leaves its process group is found by descent`;
}
