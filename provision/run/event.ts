import type { HostOutcome } from "./outcome.ts";

/** What happens on a host during a run, as it happens: lines of `--json=events`, of `--log` and of the plain display. */
export type RunEvent = { host: string } & (
  | { event: "step_started"; step: string }
  /** something that people should know while they wait */
  | { event: "message"; step: string; text: string }
  | { event: "step_finished"; step: string; status: "done" | "failed"; changed: boolean; seconds: number }
  /** `command` is quoted for a shell; `asRoot` where it runs by sudo */
  | { event: "command_started"; command: string; summary: string; asRoot: boolean }
  | { event: "output"; line: string }
  | { event: "command_finished"; command: string; code: number; seconds: number }
  | { event: "host_finished"; outcome: HostOutcome }
);

export type Listener = (event: RunEvent) => void;

/** Seconds since a time of `performance.now()`, to a hundredth. */
export function secondsSince(started: number, now: number = performance.now()): number {
  return Math.round((now - started) / 10) / 100;
}
