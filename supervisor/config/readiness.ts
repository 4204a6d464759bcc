import * as z from "zod";
import { Duration } from "./duration.ts";

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
    /** a line of its output that matches this regular expression */
    log: Pattern.optional(),
    /** a newline that it writes to this file descriptor, as s6's notification-fd */
    fd: z.int().min(3).max(9).optional(),
    /** a service that is not ready by then has failed to start */
    timeout: Duration.prefault("30s"),
  })
  .refine((readiness) => (readiness.log === undefined) !== (readiness.fd === undefined), {
    message: "needs exactly one of log and fd",
  });
export type Readiness = z.infer<typeof Readiness>;
