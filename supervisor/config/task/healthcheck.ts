import * as z from "zod";
import { Duration } from "../../../shared/duration.ts";
import { foreignWords } from "../../../shared/foreign-words.ts";
import { Command } from "./command.ts";
import { healthcheckWords } from "./foreign-words.ts";
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
    http: Address("http").optional().describe("a GET that must answer 200 to 399 within `timeout`"),
    tcp: Address("tcp").optional().describe("a connection that must be accepted"),
    exec: Command.optional().describe(
      "a command that must exit with 0; it runs as the task's user, with its environment and working directory",
    ),
    interval: Duration.prefault("10s").describe("from one check to the next"),
    timeout: Duration.prefault("5s").describe("an answer that takes longer is none"),
    retries: z.int().min(1).default(3).describe("failures in a row before the task counts as unhealthy"),
    success_threshold: z
      .int()
      .min(1)
      .default(1)
      .describe("successes in a row before it counts as healthy again"),
    start_period: Duration.prefault("0s").describe("failures this soon after the start do not count"),
    start_interval: Duration.prefault("500ms").describe(
      "the longest time between two checks until the first success",
    ),
    on_failure: z
      .enum(["restart", "mark", "shutdown"])
      .default("restart")
      .describe("what an unhealthy task gets"),
  })
  .refine(
    (check) => [check.http, check.tcp, check.exec].filter((probe) => probe !== undefined).length === 1,
    {
      message: "needs exactly one of http, tcp and exec",
    },
  )
  .meta({ oneOf: ["http", "tcp", "exec"].map((key) => ({ required: [key] })) })
  .register(foreignWords, { words: healthcheckWords });
export type Healthcheck = z.infer<typeof Healthcheck>;
