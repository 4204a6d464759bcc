import * as z from "zod";
import { Duration } from "../../../shared/duration.ts";

const Pattern = z.string().superRefine((text, context) => {
  try {
    new RegExp(text, "u");
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

/** How a service says itself that it has started; it replaces `start_period`. */
export const Readiness = z
  .strictObject({
    log: Pattern.optional().describe("a line of its output that matches this regular expression"),
    fd: z
      .int()
      .min(3)
      .max(9)
      .optional()
      .describe("a newline that it writes to this file descriptor, as s6's notification-fd"),
    timeout: Duration.prefault("30s").describe("a service that is not ready by then has failed to start"),
  })
  .refine((readiness) => (readiness.log === undefined) !== (readiness.fd === undefined), {
    message: "needs exactly one of log and fd",
  })
  .meta({ oneOf: ["log", "fd"].map((key) => ({ required: [key] })) });
export type Readiness = z.infer<typeof Readiness>;
