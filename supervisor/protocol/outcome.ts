import type { Outcome } from "./job.ts";

/** Whether a run has gone wrong. One that was stopped, cancelled, replaced, skipped or missed says nothing of its job. */
export function isFailure(outcome: Outcome): boolean {
  return outcome === "failed" || outcome === "timed_out" || outcome === "interrupted";
}
