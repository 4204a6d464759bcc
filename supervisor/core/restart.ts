import type { Backoff } from "../config/task/backoff.ts";
import type { RestartLimit } from "../config/task/stop-step.ts";
import type { Task } from "../config/task/task.ts";
import type { Exit } from "./instance.ts";

/** Whether a process ended as its task is meant to end. */
export function isSuccess(exit: Exit, task: Pick<Task, "success_exit_codes">): boolean {
  return exit.code !== null && task.success_exit_codes.includes(exit.code);
}

/** Whether the restart policy wants the task up again after this end. */
export function wantsRestart(exit: Exit, task: Pick<Task, "restart" | "success_exit_codes">): boolean {
  if (task.restart === "always") return true;
  return task.restart === "on-failure" && !isSuccess(exit, task);
}

/**
 * The restarts that count against a task's limit, with one more at `now` (ms); undefined when that is one too many.
 * A task without a limit keeps none. A restart of the future was made before the clock was set back, nobody knows when.
 */
export function countRestart(
  times: readonly number[],
  now: number,
  limit: RestartLimit | undefined,
): readonly number[] | undefined {
  if (limit === undefined) return [];
  const recent = times.filter((time) => time > now - limit.within && time <= now);
  return recent.length >= limit.max ? undefined : [...recent, now];
}

/** Milliseconds before the retry that follows the n-th failure in a row (from 1), without jitter. */
export function backoffDelay(
  failures: number,
  backoff: Pick<Backoff, "initial" | "factor" | "limit">,
): number {
  const delay = backoff.initial * backoff.factor ** Math.max(0, failures - 1);
  return Math.min(Math.round(delay), backoff.limit);
}
