import * as z from "zod";
import { findCronFault } from "./cron.ts";

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

const CronExpression = z.string().superRefine((expression, context) => {
  const fault = findCronFault(expression);
  if (fault === null) return;
  context.addIssue({
    code: "custom",
    message: `${JSON.stringify(expression)} is not a schedule (${fault}); write it like "0 3 * * *" or @weekly`,
  });
});

/** One or several cron expressions: five to seven fields, names, ranges, steps, `L`, `#`, or `@hourly` to `@yearly`, `@reboot`. */
export const Schedule = z
  .union([CronExpression, z.array(CronExpression).min(1, "lists no schedule")])
  .transform((input): string[] => (typeof input === "string" ? [input] : input));
