import * as z from "zod";

/** What a task is: it stays up (service), runs on a schedule (job), or runs once at start (oneshot). */
export const TaskKind = z.enum(["service", "job", "oneshot"]);
export type TaskKind = z.infer<typeof TaskKind>;

/** supervisord's state names in lower case; `waiting` is a job between two runs. */
export const InstanceState = z.enum([
  "stopped",
  "starting",
  "running",
  "backoff",
  "stopping",
  "exited",
  "fatal",
  "waiting",
]);
export type InstanceState = z.infer<typeof InstanceState>;

/** `none`: the task declares no healthcheck. */
export const Health = z.enum(["none", "starting", "healthy", "unhealthy"]);
export type Health = z.infer<typeof Health>;

/**
 * Why an instance is not meant to run: somebody stopped it, the task has `autostart: false`, or a variable that it
 * requires is not set.
 */
export const Off = z.enum(["by_hand", "autostart", "environment"]);
export type Off = z.infer<typeof Off>;

/** One process slot of a task, as `GET /v1/tasks` reports it. Times are ISO 8601 in UTC. */
export const InstanceStatus = z.object({
  /** `nginx`, or `worker_1` where the task has several instances */
  name: z.string(),
  task: z.string(),
  /** its number among the instances of the task, from 1 */
  instance: z.int().min(1),
  kind: TaskKind,
  state: InstanceState,
  pid: z.number().int().nullable(),
  /** when the present process was started */
  started_at: z.iso.datetime().nullable(),
  uptime_seconds: z.number().nullable(),
  /** starts after the first that the supervisor made by itself */
  restarts: z.number().int(),
  /** of the last process that ended; null while none has, when a signal ended it, and while a service has a process */
  exit_code: z.number().int().nullable(),
  /** of the last process that ended, also while the next one is up */
  exit_signal: z.string().nullable(),
  /** whether the last end counts as a success of the task; null while there is none, and while a service has a process */
  success: z.boolean().nullable(),
  next_run: z.iso.datetime().nullable(),
  health: Health,
  /** why it is in this state, for people: "DUCKDNS_TOKEN is not set" */
  reason: z.string().nullable(),
  /** why it is not meant to run: null when it is. Absent from a longshored of before this field */
  off: Off.nullable().optional(),
  /** ends in a row, none of them after a run that lasted for `backoff.reset`; 0 again after such a run */
  failures: z.int().min(0).default(0),
  /** failures within the last five minutes, each after a run that had lasted for `backoff.reset` */
  recent_failures: z.int().min(0).default(0),
  /** how long a service must have run to count as up; 0 where its `healthcheck` or `readiness` says so */
  settling_seconds: z.int().min(0).default(3),
  /** whether a job was due and has not succeeded for `overdue_after` */
  overdue: z.boolean().default(false),
});
export type InstanceStatus = z.infer<typeof InstanceStatus>;

/** The body of `GET /v1/tasks`. */
export const SupervisorStatus = z.object({
  version: z.string(),
  pid: z.number().int(),
  started_at: z.iso.datetime(),
  config_file: z.string(),
  instances: z.array(InstanceStatus),
});
export type SupervisorStatus = z.infer<typeof SupervisorStatus>;

/**
 * The instances out of either answer of a supervisor: the body of `GET /v1/tasks`, or the array of them that
 * `longshorectl status --json` prints.
 */
export const StatusAnswer = z.union([
  z.array(InstanceStatus),
  SupervisorStatus.transform(({ instances }) => instances),
]);
