import * as z from "zod";
import { atBoot, parseCron } from "./cron.ts";

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

/** Why an expression is no schedule, or null. One that never comes, such as `0 0 30 2 *`, is none. */
function findFault(expression: string): string | null {
  if (expression === atBoot) return null;
  try {
    return parseCron(expression, "UTC").nextRun() === null ? "it is never due" : null;
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, "");
  }
}

const CronExpression = z.string().superRefine((expression, context) => {
  const fault = findFault(expression);
  if (fault === null) return;
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(expression)} is not a schedule (${fault}); write it like "0 3 * * *" or @weekly`,
  });
});

/** One or several cron expressions: five or six fields, names, ranges, steps, `L`, `#`, or `@hourly` to `@yearly`, `@reboot`. */
export const Schedule = z
  .union([CronExpression, z.array(CronExpression).min(1, "lists no schedule")])
  .transform((input): string[] => (typeof input === "string" ? [input] : input));
