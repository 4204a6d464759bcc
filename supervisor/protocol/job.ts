import * as z from "zod";

/** What made a run begin. */
export const Trigger = z.enum(["schedule", "catch-up", "manual", "retry", "action"]);
export type Trigger = z.infer<typeof Trigger>;

/**
 * What became of a run. `waiting` and `running` are not over yet; a `skipped` or `missed` one never began;
 * a `cancelled` one was ended by `cancel`, and the job goes on; an `interrupted` one was cut short by the end of the supervisor.
 */
export const Outcome = z.enum([
  "waiting",
  "running",
  "succeeded",
  "failed",
  "timed_out",
  "stopped",
  "cancelled",
  "replaced",
  "interrupted",
  "skipped",
  "missed",
]);
export type Outcome = z.infer<typeof Outcome>;

/** One run of a job, as `GET /v1/jobs/history` lists it. Times are ISO 8601 in UTC. */
export const RunReport = z.object({
  job: z.string(),
  /** counts the runs of this job */
  run: z.int(),
  trigger: Trigger,
  /** 1 for the first try, more for retries of it */
  attempt: z.int(),
  /** the time of the schedule that it is for; null for a run by hand */
  due: z.iso.datetime().nullable(),
  started_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  duration_seconds: z.number().nullable(),
  outcome: Outcome,
  exit_code: z.int().nullable(),
  exit_signal: z.string().nullable(),
  /** for people: why it was skipped, what killed it, what it waits for */
  reason: z.string().nullable(),
  /** how many due times this entry stands for: several in a row that were missed or skipped are one entry */
  count: z.int(),
  /** the last of these times */
  last_due: z.iso.datetime().nullable(),
});
export type RunReport = z.infer<typeof RunReport>;

/** One job, as `GET /v1/jobs` lists it. */
export const JobReport = z.object({
  job: z.string(),
  /** as in tasks.yaml: cron expressions, `every 7d` */
  schedule: z.array(z.string()),
  timezone: z.string().nullable(),
  state: z.enum(["idle", "waiting", "running", "stopped", "off"]),
  next_run: z.iso.datetime().nullable(),
  last_run: RunReport.nullable(),
  last_success: z.iso.datetime().nullable(),
  /** runs in a row that did not succeed */
  failures: z.int(),
  overdue: z.boolean(),
  /** why it is off or overdue */
  reason: z.string().nullable(),
});
export type JobReport = z.infer<typeof JobReport>;

/** The body of `GET /v1/jobs`. */
export const JobsResponse = z.object({ jobs: z.array(JobReport) });
export type JobsResponse = z.infer<typeof JobsResponse>;

/** The body of `GET /v1/jobs/history?job=NAME&limit=N`: the newest run first. */
export const HistoryResponse = z.object({ runs: z.array(RunReport) });
export type HistoryResponse = z.infer<typeof HistoryResponse>;

/** One time at which a job runs. */
export const DueTime = z.object({
  job: z.string(),
  /** what the schedule says, in UTC */
  due: z.iso.datetime(),
  /** the same instant in the job's time zone, with its offset */
  local: z.string(),
  /** when the run begins: later than `due` by the job's part of `jitter` */
  starts_at: z.iso.datetime(),
});
export type DueTime = z.infer<typeof DueTime>;

/** The body of `GET /v1/jobs/next?job=NAME&count=N`, and what `longshored next --json` prints. */
export const NextResponse = z.object({ times: z.array(DueTime) });
export type NextResponse = z.infer<typeof NextResponse>;
