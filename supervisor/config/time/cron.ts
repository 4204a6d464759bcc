import { Cron } from "croner";
import { normalizeCron } from "./cron-expression.ts";

/** The schedule of a job that runs once, when the supervisor starts. */
export const atBoot = "@reboot";

const nicknames = new Set(["@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually"]);

/**
 * A cron expression ready to be asked for its next time. A job at a fixed local time that a clock change skips
 * runs at the first instant after it, and once where the hour is repeated, as in Debian's cron; wildcards follow the clock.
 * @throws RangeError or TypeError when the expression is not valid
 */
export function parseCron(expression: string, timezone: string | undefined): Cron {
  const pattern = expression.trimStart().startsWith("@") ? expression : normalizeCron(expression);
  return new Cron(pattern, { mode: "auto", fixedTimeRule: "no-wildcard", paused: true, timezone });
}

/**
 * Why an expression is no schedule, or null. One that never comes, such as `0 0 30 2 *`, is none; one whose years have
 * passed is still a good one.
 */
export function findCronFault(expression: string): string | null {
  if (expression === atBoot) return null;
  const word = expression.trim().toLowerCase();
  if (/^@every\s/.test(word)) return `an interval is a key of its own: every: ${word.slice(6).trim()}`;
  if (word.startsWith("@") && !nicknames.has(word))
    return `known are ${[...nicknames].join(", ")}, ${atBoot}`;
  try {
    const hasYear = expression.trim().split(/\s+/).length === 7;
    const from = hasYear ? new Date(0) : undefined;
    return parseCron(expression, "UTC").nextRun(from) === null ? "it is never due" : null;
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, "");
  }
}
