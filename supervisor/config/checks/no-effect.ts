import { plainOf } from "../../../shared/written.ts";
import { jobSettings } from "../task/job-settings.ts";
import type { Task } from "../task/task.ts";

/** A key of a task that means nothing beside its others. */
export interface Ineffective {
  readonly key: string;
  readonly message: string;
}

/** Not those that make a job of a task, or name it together with others. */
const ofJobs = Object.keys(jobSettings).filter((key) => !["schedule", "every", "group"].includes(key));
const ofServices: Readonly<Record<string, string>> = {
  restart: "write retries: 3 for a run that fails; it runs again at its next time anyway",
  start_retries: "write retries: 3",
  restart_limit: "write retries: 3",
  backoff: "write retries: { count: 3, initial: 10s }",
  start_period: "a run has begun when it was started; its limit is timeout: 1h",
  readiness: "a run has begun when it was started; its limit is timeout: 1h",
  critical: "on_failure says what follows a run that failed",
};

/**
 * Finds keys that a task has itself and that have no effect, because another one is missing or stands beside them: nothing
 * that somebody writes is ignored in silence. What comes from `defaults` is for the tasks that it fits.
 * @param own the task as it is written
 */
export function findIneffective(own: Readonly<Record<string, unknown>>, task: Task): Ineffective[] {
  const found: Ineffective[] = [];
  const report = (isWithout: boolean, keys: readonly string[], messageOf: (key: string) => string): void => {
    if (!isWithout) return;
    for (const key of keys)
      if (Object.hasOwn(own, key)) found.push({ key, message: `has no effect: ${messageOf(key)}` });
  };
  const isJob = task.kind === "job";
  report(!isJob, ofJobs, () => `the task is no job; give it a schedule or every`);
  // `restart: no` is true of every job.
  const wrong = Object.keys(ofServices).filter((key) => key !== "restart" || plainOf(own.restart) !== "no");
  report(isJob, wrong, (key) => `the task is a job; ${ofServices[key]}`);
  report(
    isJob && task.schedule === undefined,
    ["timezone"],
    () => "every goes by no clock; write a schedule",
  );
  report(isJob && task.overlap !== "queue", ["queue_limit"], () => "no run waits; write overlap: queue");
  report(isJob && !task.catch_up, ["catch_up_limit"], () => "nothing is made up for; leave catch_up out");
  report(task.kind === "oneshot", ["start_period", "readiness", "start_retries"], (key) =>
    key === "start_retries"
      ? "a oneshot has no start that could fail; write restart: on-failure and restart_limit"
      : "a oneshot has no start that could fail",
  );
  report(
    task.readiness !== undefined && task.kind === "service",
    ["start_period"],
    () => "readiness replaces it",
  );
  const restartsSick =
    task.healthcheck?.on_failure === "restart" ||
    task.readiness !== undefined ||
    task.max_memory !== undefined;
  report(
    !isJob && task.restart === "no" && !restartsSick,
    // start_retries may stand there: the files of Taskmaster have it beside `restart: never`.
    ["restart_limit", "backoff"],
    () => "nothing starts it again; write restart: on-failure",
  );
  report(task.stop_steps !== undefined, ["stop_signal", "stop_grace_period"], () => "stop_steps replaces it");
  const sinks = [...task.stdout, ...(task.stderr === "stdout" ? [] : task.stderr)];
  report(
    !sinks.some(({ kind }) => kind === "file"),
    ["log"],
    () => "no output goes to a file; write stdout: FILE",
  );
  return found;
}
