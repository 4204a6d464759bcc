import { readDescendants, readProcess } from "../proc.ts";
import { hasEnded } from "../process-group.ts";

/** How many times as long as it took to see the orphans, what was seen counts as the present state of things. */
const freshness = 4;

/** The processes whose parents have ended, and which are children of this one, as they were at one moment. */
export class Orphans {
  private readonly byMark = new Map<string | undefined, number[]>();
  private groups: ReadonlySet<number> | undefined;
  private readonly seenAt = performance.now();
  private cost = 0;

  /**
   * @param list gives their pids
   * @param readMark the run that one belongs to; undefined where its environment does not tell
   */
  constructor(list: () => readonly number[], readMark: (pid: number) => string | undefined) {
    for (const pid of list()) {
      const mark = readMark(pid);
      const known = this.byMark.get(mark);
      if (known === undefined) this.byMark.set(mark, [pid]);
      else known.push(pid);
    }
    this.cost = performance.now() - this.seenAt;
  }

  /** A thousand tasks that end together ask for the orphans a thousand times, and all but a few get the same answer. */
  get isFresh(): boolean {
    return performance.now() - this.seenAt <= freshness * this.cost;
  }

  /** Those of a run, alive or not. */
  of(mark: string): readonly number[] {
    return this.byMark.get(mark) ?? [];
  }

  /** Those of all runs, as far as their environments tell; alive ones. */
  get marked(): readonly number[] {
    const pids = [...this.byMark].flatMap(([mark, some]) => (mark === undefined ? [] : some));
    return pids.filter((pid) => {
      const info = readProcess(pid);
      return info !== undefined && !hasEnded(info);
    });
  }

  /** Whether a process of this group lives whose orphaned ancestor does not tell its run. */
  haveStrangerOf(group: number): boolean {
    this.groups ??= this.findStrangersGroups();
    return this.groups.has(group);
  }

  private findStrangersGroups(): ReadonlySet<number> {
    const began = performance.now();
    const found = listLivingGroups(this.byMark.get(undefined) ?? []);
    this.cost += performance.now() - began;
    return found;
  }
}

/** The process groups of living processes and their descendants. */
export function listLivingGroups(pids: readonly number[]): ReadonlySet<number> {
  const infos = pids
    .flatMap((pid) => [pid, ...readDescendants(pid)])
    .flatMap((pid) => readProcess(pid) ?? []);
  return new Set(infos.filter((info) => !hasEnded(info)).map(({ group }) => group));
}
