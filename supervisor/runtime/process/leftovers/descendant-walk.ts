import type { SignalName } from "../../../config/task/signal-name.ts";
import type { Entry } from "../../entry.ts";
import { markOf } from "../../entry.ts";
import { type ProcessInfo, readDescendants, readProcess } from "../proc.ts";
import { isGroupAlive, isStillAlive, sendSignal, sendStopSignal } from "../process-group.ts";
import type { Leftovers } from "./leftovers.ts";
import { listLivingGroups, type Orphans } from "./orphans.ts";
import type { Reaper } from "./reaper.ts";

/** Finds the processes of a run by descent: its process group, and those of its descendants that left it. */
export class DescendantWalk implements Leftovers {
  constructor(private readonly reaper: Reaper) {}

  signal(entry: Entry, signal: SignalName): void {
    const { group } = entry;
    if (group === null) return;
    // Their parents still live: now is the time to see what left the group.
    remember(entry, group, readDescendants(group));
    adoptOrphans(entry, group, this.reaper.listOrphans());
    sendStopSignal(-group, signal);
    for (const info of entry.escaped) if (isStillAlive(info)) sendStopSignal(info.pid, signal);
  }

  anyAlive(entry: Entry): boolean {
    const { group } = entry;
    if (group === null) return false;
    const isGroupGone = !sendSignal(-group, 0);
    const orphans = this.reaper.listOrphans();
    adoptOrphans(entry, group, orphans);
    return entry.escaped.some(isStillAlive) || (!isGroupGone && this.isGroupAlive(entry, group, orphans));
  }

  /** Without its leader, whoever is left of a group descends from an orphan: a look at these is enough. */
  private isGroupAlive(entry: Entry, group: number, orphans: Orphans): boolean {
    if (!this.reaper.adoptsOrphans) return isGroupAlive(group);
    return listLivingGroups(orphans.of(markOf(entry))).has(group) || orphans.haveStrangerOf(group);
  }
}

/** Descendants whose parents are gone have become children of the supervisor; their mark says whose they were. */
function adoptOrphans(entry: Entry, group: number, orphans: Orphans): void {
  remember(entry, group, orphans.of(markOf(entry)));
}

function remember(entry: Entry, group: number, pids: readonly number[]): void {
  const known = new Set(entry.escaped.map((info) => info.pid));
  const fresh = pids.flatMap((pid): ProcessInfo[] => {
    const info = known.has(pid) ? undefined : readProcess(pid);
    return info === undefined || info.group === group ? [] : [info];
  });
  if (fresh.length > 0) entry.escaped = [...entry.escaped.filter(isStillAlive), ...fresh];
}
