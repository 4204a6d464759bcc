import { Cron } from "croner";
import * as z from "zod";

/** An IANA time zone, such as `Europe/Berlin`. */
export const TimeZone = z.string().refine(isTimeZone, {
  error: (issue) => `${JSON.stringify(issue.input)} is not a time zone; write it like Europe/Berlin or UTC`,
});

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * A cron expression ready to be asked for its next time. A job at a fixed local time that a clock change skips
 * runs at the first instant after it, and once where the hour is repeated, as in Debian's cron; wildcards follow the clock.
 * @throws RangeError or TypeError when the expression is not valid
 */
export function parseCron(expression: string, timezone: string | undefined): Cron {
  return new Cron(expression, { mode: "5-or-6-parts", fixedTimeRule: "no-wildcard", paused: true, timezone });
}

const CronExpression = z.string().superRefine((expression, context) => {
  try {
    parseCron(expression, undefined);
  } catch (error) {
    context.addIssue({
      code: "custom",
      message: `${JSON.stringify(expression)} is not a schedule (${(error as Error).message}); write it like "0 3 * * *" or @weekly`,
    });
  }
});

/** One or several cron expressions: five or six fields, names, ranges, steps, `L`, `#`, or `@hourly` to `@yearly`. */
export const Schedule = z
  .union([CronExpression, z.array(CronExpression).min(1, "lists no schedule")])
  .transform((input): string[] => (typeof input === "string" ? [input] : input));
