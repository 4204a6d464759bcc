import type { Entry } from "./entry.ts";
import { markOf } from "./entry.ts";
import { type ProcessInfo, readProcess, readProcesses } from "./proc.ts";
import { isGroupAlive, isStillAlive, listEscaped, sendSignal } from "./process-group.ts";
import type { Reaper } from "./reaper.ts";

/** How long one look at all processes serves (ms): stopping a hundred tasks at once is one look. */
const freshFor = 20;

/** Knows every process of a run: its process group, and those of its descendants that left it. */
export class Leftovers {
  private processes: readonly ProcessInfo[] = [];
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly reaper: Reaper) {}

  /** Signals the group and everything that escaped from it. */
  signal(entry: Entry, signal: NodeJS.Signals): void {
    const { group } = entry;
    if (group === null) return;
    this.findEscaped(entry, group);
    sendSignal(-group, signal);
    for (const info of entry.escaped) if (isStillAlive(info)) sendSignal(info.pid, signal);
  }

  /** Whether a process of the run is alive; what has ended is collected first. */
  anyAlive(entry: Entry): boolean {
    const { group } = entry;
    if (group === null) return false;
    // The common case, one system call: the group is gone, and nothing was seen to leave it.
    const isGroupGone = !sendSignal(-group, 0);
    if (isGroupGone && entry.escaped.length === 0 && !this.reaper.mayHaveOrphans()) return false;
    this.reaper.reap();
    this.adoptOrphans(entry);
    return entry.escaped.some(isStillAlive) || (!isGroupGone && isGroupAlive(group));
  }

  private findEscaped(entry: Entry, group: number): void {
    const now = performance.now();
    if (now - this.readAt > freshFor) {
      this.processes = readProcesses();
      this.readAt = performance.now();
    }
    remember(entry, listEscaped(group, this.processes));
    this.adoptOrphans(entry);
  }

  /** Descendants whose parents are gone have become children of the supervisor; their mark says whose they were. */
  private adoptOrphans(entry: Entry): void {
    remember(
      entry,
      this.reaper.listOrphansOf(markOf(entry)).flatMap((pid) => readProcess(pid) ?? []),
    );
  }
}

function remember(entry: Entry, found: readonly ProcessInfo[]): void {
  const known = new Set(entry.escaped.map((info) => info.pid));
  const fresh = found.filter((info) => !known.has(info.pid));
  if (fresh.length > 0) entry.escaped = [...entry.escaped.filter(isStillAlive), ...fresh];
}
