import * as z from "zod";
import { Command } from "./command.ts";
import { Duration } from "./duration.ts";
import { findAddressFault } from "./probe-target.ts";

/** An address that may hold variables: then it is looked at when these are known. */
const Address = (kind: "http" | "tcp") =>
  z.union([z.string(), z.int().transform(String)]).superRefine((text, { addIssue }) => {
    const message = text.includes("${") ? undefined : findAddressFault(kind, text);
    if (message !== undefined) addIssue({ code: "custom", message });
  });

/** How the supervisor asks a task whether it works. The timing keys are Compose's. */
export const Healthcheck = z
  .strictObject({
    /** a GET that must answer 200 to 399 within `timeout` */
    http: Address("http").optional(),
    /** a connection that must be accepted */
    tcp: Address("tcp").optional(),
    /** a command that must exit with 0; it runs as the task's user, with its environment and working directory */
    exec: Command.optional(),
    interval: Duration.prefault("10s"),
    timeout: Duration.prefault("5s"),
    /** failures in a row before the task counts as unhealthy */
    retries: z.int().min(1).default(3),
    /** successes in a row before it counts as healthy again */
    success_threshold: z.int().min(1).default(1),
    /** failures this soon after the start do not count */
    start_period: Duration.prefault("0s"),
    /** the longest time between two checks until the first success */
    start_interval: Duration.prefault("500ms"),
    /** what an unhealthy task gets */
    on_failure: z.enum(["restart", "mark", "shutdown"]).default("restart"),
  })
  .refine(
    (check) => [check.http, check.tcp, check.exec].filter((probe) => probe !== undefined).length === 1,
    {
      message: "needs exactly one of http, tcp and exec",
    },
  );
export type Healthcheck = z.infer<typeof Healthcheck>;
