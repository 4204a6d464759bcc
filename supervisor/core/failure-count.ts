import type { Task } from "../config/task/task.ts";
import { describeExit, type Instance, isActive } from "./instance.ts";

/** How far back failures of runs that had seemed stable are remembered (ms). */
const memory = 5 * 60_000;
/** More of them are not told apart. */
const most = 20;

/** The failures that are still remembered at `now` (ms), and this one. */
export function rememberFailure(times: readonly number[], now: number): readonly number[] {
  return [...recentOf(times, now), now].slice(-most);
}

/** What an instance has gone through lately. */
export interface FailureCount {
  /** ends in a row, none after a run that lasted for `backoff.reset` */
  readonly failures: number;
  /** failures within five minutes, each after such a run */
  readonly recentFailures: number;
}

/** What counts against an instance at `now` (ms); nothing does when it is neither up nor on its way. */
export function countFailures(
  instance: Instance,
  { backoff }: Pick<Task, "backoff">,
  now: number,
): FailureCount {
  const { state, startedAt, pid } = instance;
  if (!isActive(instance) && state !== "backoff" && state !== "fatal")
    return { failures: 0, recentFailures: 0 };
  const isStable = pid !== null && startedAt !== null && now - startedAt >= backoff.reset;
  return {
    failures: isStable ? 0 : instance.failures,
    recentFailures: recentOf(instance.lateFailures, now).length,
  };
}

/** What is behind an instance that is up again, for people; null when nothing is. */
export function describeFailures(
  instance: Instance,
  { failures, recentFailures }: FailureCount,
): string | null {
  if (failures === 0 && recentFailures === 0) return null;
  const last = instance.exit === null ? "" : `, the last: ${describeExit(instance.exit)}`;
  if (recentFailures > 1) return `${recentFailures} failures within 5 minutes${last}`;
  if (failures === 0) return null;
  return `${failures === 1 ? "1 end" : `${failures} ends in a row`}${last}`;
}

/** A failure of the future happened before the clock was set back, nobody knows when. */
function recentOf(times: readonly number[], now: number): number[] {
  return times.filter((time) => time > now - memory && time <= now);
}
