import * as z from "zod";
import { Signal } from "../config/task/signal.ts";
import { RunReport } from "./job.ts";
import { InstanceStatus } from "./status.ts";

/** Tasks, instances (`worker_2`), wildcards (`worker_*`), or `all`. */
const Names = z.array(z.string().min(1)).min(1);

/** The body of `POST /v1/start` and `/v1/stop`. */
export const ActionRequest = z.strictObject({
  names: Names,
  /** answer only when the action is complete */
  wait: z.boolean().default(true),
});
export type ActionRequest = z.infer<typeof ActionRequest>;

/** The body of `POST /v1/restart`. */
export const RestartRequest = ActionRequest.extend({
  /** one instance after the other, each only when the one before is up and healthy again */
  rolling: z.boolean().default(false),
});
export type RestartRequest = z.infer<typeof RestartRequest>;

/** The body of `POST /v1/reload`: the supervisor's own file, or tasks that are to read theirs again. */
export const ReloadRequest = z.strictObject({
  /** send these their reload signal, or run their reload command */
  names: Names.optional(),
  /** only say what reading the file again would change */
  dry_run: z.boolean().default(false),
  /** replace instances one after the other, each only when the one before is up and healthy */
  rolling: z.boolean().default(false),
});
export type ReloadRequest = z.infer<typeof ReloadRequest>;

/** The body of `POST /v1/signal`. */
export const SignalRequest = z.strictObject({ names: Names, signal: Signal });
export type SignalRequest = z.infer<typeof SignalRequest>;

/** The body of `POST /v1/run`. */
export const RunRequest = z.strictObject({
  name: z.string().min(1),
  /** answer only when the run has ended */
  wait: z.boolean().default(false),
});
export type RunRequest = z.infer<typeof RunRequest>;

/** The body of `POST /v1/cancel`. */
export const CancelRequest = z.strictObject({
  /** a job */
  name: z.string().min(1),
  /** answer only when its run has ended */
  wait: z.boolean().default(true),
});
export type CancelRequest = z.infer<typeof CancelRequest>;

/** The body of `POST /v1/shutdown`: nothing, or `{}`. */
export const ShutdownRequest = z.strictObject({});

/** The answer to every action: the instances that it was about, as they are now. */
export const ActionResponse = z.object({ instances: z.array(InstanceStatus) });
export type ActionResponse = z.infer<typeof ActionResponse>;

/** The answer to `POST /v1/run`: as for every action, and the run of a job. */
export const RunResponse = ActionResponse.extend({ run: RunReport.nullable() });
export type RunResponse = z.infer<typeof RunResponse>;

/** The answer to `POST /v1/cancel`. */
export const CancelResponse = z.object({
  /** those that were under way or, where none was, those that waited */
  runs: z.array(RunReport),
  /** when the job runs next for its schedule; null when it does not */
  next_run: z.iso.datetime().nullable(),
});
export type CancelResponse = z.infer<typeof CancelResponse>;

/** The answer to `POST /v1/reload`: names of instances. */
export const ReloadResponse = z.object({
  added: z.array(z.string()),
  removed: z.array(z.string()),
  /** started anew with their new form */
  changed: z.array(z.string()),
  /** took over new settings without a restart */
  adjusted: z.array(z.string()),
  unchanged: z.int(),
});
export type ReloadResponse = z.infer<typeof ReloadResponse>;

/**
 * What `GET /health` and `GET /ready` report. `degraded`: something is not as it should be (see `judgeTask`);
 * `starting`: nothing is wrong, but something is not up yet; `stopping`: longshored is shutting down.
 */
export const HealthReport = z.object({
  status: z.enum(["ok", "starting", "degraded", "stopping"]),
  /** one sentence for each thing that is wrong */
  problems: z.array(z.string()),
});
export type HealthReport = z.infer<typeof HealthReport>;

/** One line of `GET /v1/logs`, newline-delimited JSON. */
export const LogRecord = z.object({
  time: z.iso.datetime(),
  name: z.string(),
  stream: z.enum(["stdout", "stderr"]),
  line: z.string(),
});
export type LogRecord = z.infer<typeof LogRecord>;

/** The body of every answer that is no success. */
export const ErrorResponse = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional() }),
});
export type ErrorResponse = z.infer<typeof ErrorResponse>;
