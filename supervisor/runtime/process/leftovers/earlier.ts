import type { SignalName } from "../../../config/task/signal-name.ts";
import { listPids, type ProcessInfo, readProcess } from "../proc.ts";
import { hasEnded, isStillAlive, sendSignal, sendStopSignal } from "../process-group.ts";
import type { Reaper } from "./reaper.ts";
import { parseMark } from "./run-mark.ts";

/** How long SIGKILL is given (ms): a dead disk, or another user's rights, may keep something alive. */
const killPatience = 5_000;
/** Between two looks (ms). */
const pause = 50;

/** A process that a longshored left behind which was killed. */
interface Left {
  readonly info: ProcessInfo;
  /** the instance that it was of: `web#1` */
  readonly id: string;
}

/** How the task of an instance is stopped. */
export interface StopWay {
  readonly signal: SignalName;
  /** milliseconds until it is killed */
  readonly grace: number;
}

/** What ends the processes of an earlier longshored. */
export interface EarlierPort {
  readonly reaper: Reaper;
  stopWayOf(id: string): StopWay;
  /** nothing is to take time any more */
  isHurried(): boolean;
  log(message: string): void;
}

/**
 * Ends what an earlier longshored of the same control socket left behind, as one that was killed does: it would have the
 * ports that the tasks need. Each gets the stop signal and the time of its task.
 */
export async function endEarlier(port: EarlierPort): Promise<void> {
  const first = find(port.reaper);
  if (first.length === 0) return;
  const names = [...new Set(first.map(({ id }) => id.replace(/#1$/, "").replace("#", "_")))].join(", ");
  port.log(
    `ending what an earlier longshored left behind: ${names} (pid ${first.map(({ info }) => info.pid).join(", ")})`,
  );
  const deadlines = new Map<number, number>();
  const start = performance.now();
  const end = Math.max(...first.map(({ id }) => port.stopWayOf(id).grace)) + killPatience;
  for (let left = first; left.length > 0; left = find(port.reaper)) {
    const now = performance.now();
    if (now - start > end) {
      port.log(`cannot end ${left.map(({ id, info }) => `${id} (pid ${info.pid})`).join(", ")}`);
      return;
    }
    for (const { info, id } of left) stopOne(info, port.stopWayOf(id), deadlines, now, port.isHurried());
    await new Promise((resolve) => setTimeout(resolve, pause));
    if (!left.some(({ info }) => isStillAlive(info)) && find(port.reaper).length === 0) return;
  }
}

function stopOne(
  { pid }: ProcessInfo,
  { signal, grace }: StopWay,
  deadlines: Map<number, number>,
  now: number,
  isHurried: boolean,
): void {
  const deadline = deadlines.get(pid);
  if (isHurried || (deadline !== undefined && now > deadline)) sendSignal(pid, "SIGKILL");
  else if (deadline === undefined) {
    deadlines.set(pid, now + grace);
    sendStopSignal(pid, signal);
  }
}

/** Most processes bear no mark: nothing more is read of them. */
function find(reaper: Reaper): Left[] {
  const left = listPids().flatMap((pid): Left[] => {
    const mark = parseMark(reaper.readForeignMark(pid) ?? "");
    if (mark === undefined || mark.place !== reaper.marker.place) return [];
    const { supervisor } = mark;
    if (readProcess(supervisor.pid)?.startTime === supervisor.startTime) return [];
    const info = readProcess(pid);
    return info === undefined || hasEnded(info) ? [] : [{ info, id: mark.run.replace(/:\d+$/, "") }];
  });
  if (left.length === 0) return left;
  const ancestors = listAncestors();
  return left.filter(({ info }) => !ancestors.has(info.pid));
}

/** This process and those above it: somebody may start longshored in a shell that was a task. */
function listAncestors(): ReadonlySet<number> {
  const found = new Set<number>();
  for (
    let pid: number | undefined = process.pid;
    pid !== undefined && !found.has(pid);
    pid = readProcess(pid)?.parent
  )
    found.add(pid);
  return found;
}
