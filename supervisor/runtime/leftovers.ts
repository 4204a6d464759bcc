import type { Entry } from "./entry.ts";
import { markOf } from "./entry.ts";
import { type ProcessInfo, readDescendants, readProcess } from "./proc.ts";
import { isGroupAlive, isStillAlive, sendSignal } from "./process-group.ts";
import type { Reaper } from "./reaper.ts";

/** Knows every process of a run: its process group, and those of its descendants that left it. */
export class Leftovers {
  constructor(private readonly reaper: Reaper) {}

  /** Signals the group and everything that escaped from it. */
  signal(entry: Entry, signal: NodeJS.Signals): void {
    const { group } = entry;
    if (group === null) return;
    // Their parents still live: now is the time to see what left the group.
    remember(entry, group, readDescendants(group));
    this.adoptOrphans(entry, group);
    sendSignal(-group, signal);
    for (const info of entry.escaped) if (isStillAlive(info)) sendSignal(info.pid, signal);
  }

  /** Whether a process of the run is alive. */
  anyAlive(entry: Entry): boolean {
    const { group } = entry;
    if (group === null) return false;
    // The common case, few system calls: the group is gone, nothing was seen to leave it, and there are no orphans.
    const isGroupGone = !sendSignal(-group, 0);
    const mayHaveOrphans = this.reaper.hasOrphans();
    if (isGroupGone && entry.escaped.length === 0 && !mayHaveOrphans) return false;
    if (mayHaveOrphans) this.adoptOrphans(entry, group);
    return entry.escaped.some(isStillAlive) || (!isGroupGone && isGroupAlive(group));
  }

  /** Descendants whose parents are gone have become children of the supervisor; their mark says whose they were. */
  private adoptOrphans(entry: Entry, group: number): void {
    remember(entry, group, this.reaper.listOrphansOf(markOf(entry)));
  }
}

function remember(entry: Entry, group: number, pids: readonly number[]): void {
  const known = new Set(entry.escaped.map((info) => info.pid));
  const fresh = pids.flatMap((pid): ProcessInfo[] => {
    const info = known.has(pid) ? undefined : readProcess(pid);
    return info === undefined || info.group === group ? [] : [info];
  });
  if (fresh.length > 0) entry.escaped = [...entry.escaped.filter(isStillAlive), ...fresh];
}
