import type { RunReport } from "../../protocol/job.ts";
import type { ActiveRun, JobState, PastRun, PendingRun } from "./job-record.ts";

/** A run that is over, as the protocol has it. */
export function describeRun(job: string, run: PastRun): RunReport {
  const { startedAt, endedAt } = run;
  return {
    job,
    run: run.run,
    trigger: run.trigger,
    attempt: run.attempt,
    due: iso(run.due),
    started_at: iso(startedAt),
    ended_at: iso(endedAt),
    duration_seconds: startedAt === null ? null : Math.max(0, endedAt - startedAt) / 1_000,
    outcome: run.outcome,
    exit_code: run.exitCode,
    exit_signal: run.exitSignal,
    reason: run.reason,
    count: run.count,
    last_due: iso(run.lastDue),
  };
}

/** All runs of a job that are known, the newest first: those that wait, those under way, those that are over. */
export function describeHistory(state: JobState, now: number): RunReport[] {
  const { job } = state;
  return [
    ...state.pending.map((run) => describePending(job, run)),
    ...state.active.map((run) => describeActive(job, run, now)),
    ...state.past.map((run) => describeRun(job, run)),
  ].sort((a, b) => b.run - a.run);
}

const unknown = { exit_code: null, exit_signal: null, count: 1, ended_at: null };

function describePending(job: string, { run, trigger, attempt, due, reason }: PendingRun): RunReport {
  const times = { due: iso(due), last_due: iso(due), started_at: null, duration_seconds: null };
  return { ...unknown, ...times, job, run, trigger, attempt, outcome: "waiting", reason };
}

function describeActive(job: string, active: ActiveRun, now: number): RunReport {
  const { run, trigger, attempt, due, startedAt } = active;
  const duration = Math.max(0, now - startedAt) / 1_000;
  const times = { due: iso(due), last_due: iso(due), started_at: iso(startedAt), duration_seconds: duration };
  return { ...unknown, ...times, job, run, trigger, attempt, outcome: "running", reason: null };
}

function iso(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
