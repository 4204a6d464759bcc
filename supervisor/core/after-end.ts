import { formatDuration } from "../../shared/duration-text.ts";
import type { Task } from "../config/task/task.ts";
import { rememberFailure } from "./failure-count.ts";
import { cannotRun, describeExit, exitCodeOf, type Instance } from "./instance.ts";
import { spawn, stay, type Transition } from "./move.ts";
import { backoffDelay, countRestart, isSuccess, wantsRestart } from "./restart.ts";

/** A process that ended, or could not be started. */
export interface End {
  /** the state that its instance was in */
  readonly during: "starting" | "running";
  /** milliseconds of the wall clock */
  readonly at: number;
  readonly reason: string;
}

/** What the restart policy makes of a process that ended by itself. */
export function judgeEnd(instance: Instance, end: End, task: Task): Transition {
  const exit = instance.exit ?? cannotRun;
  if (wantsRestart(exit, task)) return retry(instance, end, task, !isSuccess(exit, task));
  const ended: Instance = { ...instance, state: stateAfterEnd(instance, task), reason: end.reason };
  // A oneshot that has done its work is no reason to go.
  return task.kind === "oneshot" && isSuccess(exit, task) ? stay(ended) : endForGood(ended, task);
}

/**
 * A restart after an end. The first end after a stable time is followed by a start at once; a failed start, or
 * the next end that comes too soon, waits longer and longer. Too many failed starts in a row are fatal, and so are
 * more restarts than the task's limit allows.
 * @param isFailure false after an end that counts as a success of a task that is restarted all the same
 */
export function retry(
  instance: Instance,
  { during, at, reason }: End,
  task: Task,
  isFailure: boolean,
): Transition {
  const { backoff, restart_limit: limit } = task;
  const lasted = instance.startedAt === null ? 0 : at - instance.startedAt;
  const wasStable = during === "running" && lasted >= backoff.reset;
  const failures = wasStable ? 0 : instance.failures;
  const failedStarts = during === "starting" ? instance.failedStarts + 1 : 0;
  const lateFailures =
    wasStable && isFailure ? rememberFailure(instance.lateFailures, at) : instance.lateFailures;
  const next: Instance = { ...instance, failures: failures + 1, failedStarts, lateFailures, health: "none" };
  if (failedStarts > task.start_retries) {
    const times = failedStarts === 1 ? "1 failed start" : `${failedStarts} failed starts`;
    return giveUp(next, `${times}, the last: ${reason}`, task);
  }
  const restartTimes = countRestart(instance.restartTimes, at, limit);
  if (restartTimes === undefined) {
    const allowed = `${limit?.max} restarts within ${formatDuration(limit?.within ?? 0)}`;
    return giveUp(next, `more than ${allowed}, the last: ${reason}`, task);
  }
  const isFirst = during === "running" && failures === 0;
  const delay = isFirst ? 0 : backoffDelay(during === "running" ? failures : failures + 1, backoff);
  if (delay === 0) return spawn({ ...next, restartTimes, restarts: next.restarts + 1 });
  const wait = `${reason}; next try within ${formatDuration(delay * (1 + backoff.jitter))}`;
  return {
    instance: { ...next, restartTimes, state: "backoff", reason: wait },
    effects: [{ type: "arm", milliseconds: delay, jitter: backoff.jitter }],
  };
}

function giveUp(instance: Instance, reason: string, task: Task): Transition {
  return endForGood({ ...instance, state: "fatal", reason }, task);
}

/** A critical task takes the whole supervisor with it. */
function endForGood(instance: Instance, task: Task): Transition {
  if (!task.critical || task.kind === "job") return stay(instance);
  const reason = `it is critical and has ended (${instance.reason ?? instance.state})`;
  return {
    instance,
    effects: [{ type: "shutdown", reason, exitCode: exitCodeOf(instance.exit ?? cannotRun) }],
  };
}

function stateAfterEnd(instance: Instance, task: Task): Instance["state"] {
  if (task.kind !== "job") return "exited";
  return instance.wanted ? "waiting" : "stopped";
}

/** The end of the instance's last process. */
export function endOf(instance: Instance, during: End["during"], at: number): End {
  return { during, at, reason: describeExit(instance.exit ?? cannotRun) };
}
