import { formatDuration } from "../../shared/duration-text.ts";
import { suggestWord } from "../../shared/suggest.ts";
import { UserError } from "../../shared/user-error.ts";
import { describeHistory } from "../core/jobs/describe-run.ts";
import type { JobSpec } from "../core/jobs/job-spec.ts";
import { listNextOf } from "../core/jobs/list-next.ts";
import { findOverdue } from "../core/jobs/overdue.ts";
import type { HistoryResponse, JobReport, JobsResponse, NextResponse, RunReport } from "../protocol/job.ts";
import type { RunRequest } from "../protocol/request.ts";
import type { Entry } from "../runtime/entry.ts";
import type { Jobs } from "../runtime/jobs/jobs.ts";
import { readRunLog } from "../runtime/jobs/run-log.ts";
import type { Running } from "./running.ts";

/** All jobs, as they are now. */
export function listJobs(running: Running): JobsResponse {
  const now = Date.now();
  return {
    jobs: [...running.jobs.scheduler.specs.values()].map((spec) => describeJob(running, spec, now)),
  };
}

export function describeJob(running: Running, spec: JobSpec, now: number): JobReport {
  const { supervisor, jobs } = running;
  const { scheduler } = jobs;
  const state = scheduler.states.get(spec.job);
  const history = state === undefined ? [] : describeHistory(state, now);
  const wanted = supervisor.entries.ofTask(spec.job)[0]?.instance.wanted ?? false;
  const next = wanted ? scheduler.nextStart(spec.job) : null;
  const overdue = findOverdueJob(running, spec, now);
  return {
    job: spec.job,
    schedule: [...spec.schedule, ...(spec.every === null ? [] : [`every ${formatDuration(spec.every)}`])],
    timezone: spec.timezone ?? null,
    state: stateOf(spec, wanted, history[0]?.outcome, state?.active.length ?? 0),
    next_run: next === null ? null : new Date(next).toISOString(),
    last_run: history.find(({ outcome }) => outcome !== "waiting") ?? null,
    last_success: state?.lastSuccess == null ? null : new Date(state.lastSuccess).toISOString(),
    failures: state?.failures ?? 0,
    overdue: overdue !== null,
    reason: spec.offReason ?? overdue,
  };
}

function stateOf(
  spec: JobSpec,
  wanted: boolean,
  latest: string | undefined,
  running: number,
): JobReport["state"] {
  if (running > 0) return "running";
  if (spec.offReason !== null) return "off";
  if (latest === "waiting") return "waiting";
  return wanted ? "idle" : "stopped";
}

/** Why a job is overdue, or null; one that was stopped by hand never is. */
function findOverdueJob(running: Running, spec: JobSpec, now: number): string | null {
  const { supervisor, jobs } = running;
  const state = jobs.scheduler.states.get(spec.job);
  const wanted = supervisor.entries.ofTask(spec.job)[0]?.instance.wanted ?? false;
  if (state === undefined || !wanted) return null;
  return findOverdue(spec, state, supervisor.startedAt.getTime(), now);
}

export function isOverdue(running: Running, spec: JobSpec, now: number): boolean {
  return findOverdueJob(running, spec, now) !== null;
}

/** Why the job of an entry is overdue, or null; what is no job never is. */
export function findOverdueEntry(running: Running, { spec }: Entry): string | null {
  if (spec.settings.kind !== "job") return null;
  const job = running.jobs.scheduler.specs.get(spec.task);
  return job === undefined ? null : findOverdueJob(running, job, Date.now());
}

/** The runs of a job, the newest first. */
export function listHistory(jobs: Jobs, query: URLSearchParams): HistoryResponse {
  const job = requireJob(jobs, query.get("job") ?? "").job;
  const state = jobs.scheduler.states.get(job);
  const limit = readCount(query, "limit", 20);
  return { runs: state === undefined ? [] : describeHistory(state, Date.now()).slice(0, limit) };
}

/** The coming times of a job, or of all jobs. */
export function listNext(jobs: Jobs, query: URLSearchParams): NextResponse {
  const { scheduler } = jobs;
  const job = query.get("job");
  const count = readCount(query, "count", 5);
  const specs = job === null ? [...scheduler.specs.values()] : [requireJob(jobs, job)];
  const times = specs.flatMap((spec) => listNextOf(spec, scheduler.states.get(spec.job), Date.now(), count));
  return { times: times.sort((a, b) => Date.parse(a.starts_at) - Date.parse(b.starts_at)) };
}

/** What one run of a job wrote. */
export async function readLogOfRun(jobs: Jobs, query: URLSearchParams): Promise<string> {
  const { job } = requireJob(jobs, query.get("job") ?? "");
  const run = readCount(query, "run", 0);
  const folder = jobs.storage.logFolder(job);
  const state = jobs.scheduler.states.get(job);
  const known = [...(state?.past ?? []), ...(state?.active ?? [])].some((one) => one.run === run);
  if (!known) {
    const hint = `longshorectl history ${job} lists the runs that are kept`;
    throw new UserError("unknown_run", `${job} has no run ${run}`, { hint });
  }
  return folder === null ? "" : ((await readRunLog(folder, run)) ?? "");
}

/** Runs a job now; with `wait` the answer comes when the run has ended. */
export async function runJob(jobs: Jobs, { name, wait }: RunRequest): Promise<RunReport> {
  await jobs.ready;
  const { job, offReason } = requireJob(jobs, name);
  if (offReason !== null) {
    const hint = "set it in the task's environment or env_file, then: longshorectl reload";
    throw new UserError("task_off", `cannot run ${job}: ${offReason}`, { hint });
  }
  const requested = jobs.request(job, "manual");
  if ("reason" in requested) {
    throw new UserError("already_running", `cannot run ${job}: ${requested.reason}`);
  }
  const result = wait ? jobs.waitFor(job, requested.run) : undefined;
  if (result !== undefined) await result;
  return describeRun(jobs, job, requested.run);
}

/** A run as it is now. @throws UserError when it is not remembered any more */
export function describeRun(jobs: Jobs, job: string, number: number): RunReport {
  const state = jobs.scheduler.states.get(job);
  const runs = state === undefined ? [] : describeHistory(state, Date.now());
  const run = runs.find((one) => one.run === number);
  if (run === undefined) throw new UserError("run_lost", `run ${number} of ${job} is not kept any more`);
  return run;
}

/** @throws UserError when there is no such job */
export function requireJob(jobs: Jobs, name: string): JobSpec {
  const { specs } = jobs.scheduler;
  const spec = specs.get(name);
  if (spec !== undefined) return spec;
  const near = suggestWord(name, [...specs.keys()]);
  const hint = near === undefined ? "longshorectl jobs lists the jobs" : `did you mean "${near}"?`;
  throw new UserError("unknown_task", `no job is named ${JSON.stringify(name)}`, { hint });
}

function readCount(query: URLSearchParams, key: string, fallback: number): number {
  const count = Number(query.get(key) ?? fallback);
  if (Number.isInteger(count) && count >= 0 && count <= 100_000) return count;
  throw new UserError("bad_request", `${key}=${query.get(key)} is not a number of at most 100000`);
}
