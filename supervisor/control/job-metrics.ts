import { describeHistory } from "../core/jobs/describe-run.ts";
import { isOverdue } from "./job-routes.ts";
import type { Running } from "./running.ts";

type MakeGauge = (
  name: string,
  help: string,
  labelNames: readonly ("name" | "task")[],
) => { set(labels: { name: string; task: string }, value: number): void };

/** When each job ran and succeeded, and how late it was. */
export function measureJobs(running: Running, gauge: MakeGauge, now: number): void {
  // Not `job`: Prometheus has a label of that name for what it scrapes, and would call this one `exported_job`.
  const labels = ["name", "task"] as const;
  const success = gauge("job_last_success_time_seconds", "When the job succeeded last", labels);
  const began = gauge("job_last_start_time_seconds", "When its last run began", labels);
  const duration = gauge("job_last_duration_seconds", "How long its last run took", labels);
  const succeeded = gauge("job_last_run_succeeded", "Whether its last run succeeded", labels);
  const lateness = gauge(
    "job_lateness_seconds",
    "How long after it was due its last run for a schedule began",
    labels,
  );
  const failures = gauge("job_failures", "Runs in a row that did not succeed", labels);
  const active = gauge("job_runs_active", "Runs that are under way", labels);
  const waiting = gauge("job_runs_waiting", "Runs that are queued", labels);
  const overdue = gauge("job_overdue", "Whether it was due and has not succeeded for overdue_after", labels);
  for (const spec of running.jobs.scheduler.specs.values()) {
    const state = running.jobs.scheduler.states.get(spec.job);
    if (state === undefined) continue;
    const of = { name: spec.job, task: spec.job };
    const runs = describeHistory(state, now);
    const last = state.past.findLast((run) => run.startedAt !== null);
    const scheduled = runs.find((run) => run.started_at !== null && run.due !== null && run.attempt === 1);
    if (state.lastSuccess !== null) success.set(of, state.lastSuccess / 1_000);
    if (last?.startedAt != null) {
      began.set(of, last.startedAt / 1_000);
      duration.set(of, (last.endedAt - last.startedAt) / 1_000);
      succeeded.set(of, last.outcome === "succeeded" ? 1 : 0);
    }
    if (scheduled?.started_at && scheduled.due) {
      lateness.set(of, (Date.parse(scheduled.started_at) - Date.parse(scheduled.due)) / 1_000);
    }
    failures.set(of, state.failures);
    active.set(of, state.active.length);
    waiting.set(of, state.pending.length);
    overdue.set(of, isOverdue(running, spec, now) ? 1 : 0);
  }
}
