import type { RunStart } from "../../core/jobs/decision.ts";
import type { PastRun } from "../../core/jobs/job-record.ts";

/** What a job's process is told of its run. */
export function runVariables(job: string, run: RunStart["run"]): Record<string, string> {
  return {
    LONGSHORE_JOB: job,
    LONGSHORE_JOB_RUN: String(run.run),
    LONGSHORE_JOB_TRIGGER: run.trigger,
    LONGSHORE_JOB_ATTEMPT: String(run.attempt),
    LONGSHORE_JOB_DUE: run.due === null ? "" : new Date(run.due).toISOString(),
  };
}

/** What the commands of its actions are told in addition. */
export function endVariables(run: PastRun): Record<string, string> {
  return {
    LONGSHORE_JOB_OUTCOME: run.outcome,
    LONGSHORE_JOB_EXIT_CODE: run.exitCode === null ? "" : String(run.exitCode),
    LONGSHORE_JOB_REASON: run.reason ?? "",
  };
}
