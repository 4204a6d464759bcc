import { Cron } from "croner";

/** The schedule of a job that runs once, when the supervisor starts. */
export const atBoot = "@reboot";

/**
 * A cron expression ready to be asked for its next time. A job at a fixed local time that a clock change skips
 * runs at the first instant after it, and once where the hour is repeated, as in Debian's cron; wildcards follow the clock.
 * @throws RangeError or TypeError when the expression is not valid
 */
export function parseCron(expression: string, timezone: string | undefined): Cron {
  return new Cron(expression, { mode: "5-or-6-parts", fixedTimeRule: "no-wildcard", paused: true, timezone });
}
