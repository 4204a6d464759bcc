import { parseCron } from "../config/schedule.ts";
import type { Task } from "../config/task.ts";

/** The first time after `from` at which a job is due, by any of its schedules; null when it never is. */
export function nextRun(task: Pick<Task, "schedule" | "every" | "timezone">, from: Date): Date | null {
  if (task.every !== undefined) return new Date((Math.floor(from.getTime() / task.every) + 1) * task.every);
  const times = (task.schedule ?? []).flatMap(
    (expression) => parseCron(expression, task.timezone).nextRun(from) ?? [],
  );
  return times.reduce<Date | null>((first, time) => (first === null || time < first ? time : first), null);
}
