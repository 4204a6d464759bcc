import type { EventKind } from "../../config/notify.ts";
import { isFailure } from "../../protocol/outcome.ts";
import type { Decision } from "./decision.ts";

/** What happened to a run, for those who are told of events. */
export interface RunEvent {
  readonly event: Extract<EventKind, `run_${string}`>;
  readonly job: string;
  readonly run: number;
  readonly exitCode: number | null;
  readonly exitSignal: string | null;
  readonly reason: string | null;
}

const none = { exitCode: null, exitSignal: null, reason: null };

/** The events of a decision. A run that is tried again has not failed yet. */
export function listRunEvents({ records, ends }: Pick<Decision, "records" | "ends">): RunEvent[] {
  return records.flatMap((record): RunEvent[] => {
    switch (record.type) {
      case "begun":
        return [{ ...none, event: "run_started", job: record.job, run: record.run, reason: record.trigger }];
      case "dropped":
      case "passed_over":
        return [{ ...none, event: "run_skipped", job: record.job, run: record.run, reason: record.reason }];
      case "ended": {
        const { job, run, exitCode, exitSignal, outcome, reason } = record;
        const end = ends.find((one) => one.spec.job === job && one.run.run === run);
        if (outcome !== "succeeded" && !(isFailure(outcome) && end?.isFinal !== false)) return [];
        const event = outcome === "succeeded" ? "run_succeeded" : "run_failed";
        return [{ event, job, run, exitCode, exitSignal, reason }];
      }
      default:
        return [];
    }
  });
}
