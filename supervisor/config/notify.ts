import * as z from "zod";
import { Duration } from "../../shared/duration.ts";
import { addressForm } from "./task/address.ts";
import { Command } from "./task/command.ts";

/** What can happen to an instance that somebody may want to be told of. */
export const EventKind = z.enum([
  "started",
  "running",
  "exited",
  "backoff",
  "fatal",
  "stopping",
  "stopped",
  "healthy",
  "unhealthy",
  "reloaded",
  "run_started",
  "run_succeeded",
  "run_failed",
  "run_skipped",
]);
export type EventKind = z.infer<typeof EventKind>;

const Address = z.string().regex(addressForm, "expected host:port");

/** Somebody who is told: each event is one JSON object. */
export const NotifyTarget = z
  .strictObject({
    webhook: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe("POSTs the event to this address; tried again with growing waits"),
    exec: Command.optional().describe("runs a command with the event in $EVENT"),
    tcp: Address.optional().describe("sends the event as one line to this host:port"),
    on: z.array(EventKind).min(1).default(["fatal", "unhealthy"]).describe("which events"),
    timeout: Duration.prefault("10s").describe("for one attempt"),
  })
  .refine(
    (target) => [target.webhook, target.exec, target.tcp].filter((way) => way !== undefined).length === 1,
    {
      message: "needs exactly one of webhook, exec and tcp",
    },
  )
  .meta({ oneOf: ["webhook", "exec", "tcp"].map((key) => ({ required: [key] })) });
export type NotifyTarget = z.infer<typeof NotifyTarget>;
