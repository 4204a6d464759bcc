import type { RunStart } from "../../core/jobs/decision.ts";
import type { PastRun } from "../../core/jobs/job-record.ts";

/** What a job's process is told of its run. */
export function runVariables(job: string, run: RunStart["run"]): Record<string, string> {
  return {
    LONGSHORE_JOB: job,
    LONGSHORE_RUN: String(run.run),
    LONGSHORE_TRIGGER: run.trigger,
    LONGSHORE_ATTEMPT: String(run.attempt),
    LONGSHORE_DUE: run.due === null ? "" : new Date(run.due).toISOString(),
  };
}

/** What the commands of its actions are told in addition. */
export function endVariables(run: PastRun): Record<string, string> {
  return {
    LONGSHORE_OUTCOME: run.outcome,
    LONGSHORE_EXIT_CODE: run.exitCode === null ? "" : String(run.exitCode),
    LONGSHORE_REASON: run.reason ?? "",
  };
}
