import * as z from "zod";
import { HostOutcome } from "./outcome.ts";

const step = z.string().describe("its line in the plan");
const seconds = z.number();

/** What happens on a host during a run, as it happens: lines of `--json=events`, of `--log` and of the plain display. */
export const RunEvent = z.intersection(
  z.object({ host: z.string() }),
  z.discriminatedUnion("event", [
    z.object({ event: z.literal("step_started"), step }),
    z
      .object({ event: z.literal("message"), step, text: z.string() })
      .describe("something that people should know while they wait"),
    z.object({
      event: z.literal("step_finished"),
      step,
      status: z.enum(["done", "failed"]),
      changed: z
        .boolean()
        .describe("false for a wait or a check, and for what turned out to be done already"),
      seconds,
    }),
    z.object({
      event: z.literal("command_started"),
      command: z.string().describe("quoted for a shell"),
      summary: z.string().describe("the same on one line: of a script, only its arguments"),
      as_root: z.boolean(),
    }),
    z.object({ event: z.literal("output"), line: z.string() }).describe("a line that a command printed"),
    z.object({ event: z.literal("command_finished"), command: z.string(), code: z.number(), seconds }),
    z
      .object({ event: z.literal("host_finished"), outcome: HostOutcome })
      .describe("nothing more happens on this host"),
  ]),
);
export type RunEvent = z.infer<typeof RunEvent>;

export type Listener = (event: RunEvent) => void;

/** Seconds since a time of `performance.now()`, to a hundredth. */
export function secondsSince(started: number, now: number = performance.now()): number {
  return Math.round((now - started) / 10) / 100;
}
