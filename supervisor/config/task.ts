import * as z from "zod";
import type { TaskKind } from "../protocol/status.ts";
import { Backoff } from "./backoff.ts";
import { Command } from "./command.ts";
import { DependsOn } from "./dependency.ts";
import { Duration } from "./duration.ts";
import { EnvFiles, Environment } from "./environment.ts";
import { Healthcheck } from "./healthcheck.ts";
import { Schedule, TimeZone } from "./schedule.ts";
import { Signal } from "./signal.ts";
import { Umask } from "./umask.ts";

/** `always`: whatever the exit; `on-failure`: unless the exit code is one of `success_exit_codes`. */
export const RestartPolicy = z.enum(["always", "on-failure", "no"]);
export type RestartPolicy = z.infer<typeof RestartPolicy>;

const ExitCodes = z
  .union([z.int().min(0).max(255), z.array(z.int().min(0).max(255)).min(1)])
  .transform((input) => (Array.isArray(input) ? input : [input]));

/** The keys of a task that `defaults` may set for all of them. */
const settings = {
  description: z.string().optional(),
  /** a oneshot runs once at the start; a task with a schedule is a job */
  type: z.enum(["service", "oneshot"]).default("service"),
  instances: z.int().min(0).max(10_000).default(1),
  autostart: z.boolean().default(true),
  restart: RestartPolicy.optional(),
  success_exit_codes: ExitCodes.prefault([0]),
  /** a process that ends sooner than this after its start has failed to start */
  start_period: Duration.prefault("1s"),
  /** failed starts in a row that are retried before the task is given up as fatal */
  start_retries: z.int().min(0).default(10),
  backoff: Backoff.prefault({}),
  stop_signal: Signal.prefault("SIGTERM"),
  /** from the stop signal to SIGKILL */
  stop_grace_period: Duration.prefault("10s"),
  environment: Environment.prefault({}),
  env_file: EnvFiles.prefault([]),
  /** the task stays off until these variables are set, by `environment`, `env_file` or the supervisor's own environment */
  requires_environment: z.array(z.string()).default([]),
  working_dir: z.string().optional(),
  /** `name`, `name:group`, or numbers */
  user: z.union([z.string(), z.int().nonnegative().transform(String)]).optional(),
  umask: Umask.optional(),
  depends_on: DependsOn.prefault({}),
  healthcheck: Healthcheck.optional(),
  schedule: Schedule.optional(),
  timezone: TimeZone.optional(),
  /** where output goes: the supervisor's own, line by line with the task's name before it, or nowhere */
  stdout: z.enum(["inherit", "null"]).default("inherit"),
  stderr: z.enum(["inherit", "null"]).default("inherit"),
};

/** One task of tasks.yaml. */
export const Task = z.strictObject({ command: Command, ...settings }).transform((task) => {
  const kind: TaskKind = task.schedule === undefined ? task.type : "job";
  const restart: RestartPolicy = task.restart ?? (kind === "service" ? "always" : "no");
  return { ...task, kind, restart };
});
export type Task = z.output<typeof Task>;

/** What every task starts from; a task's own keys win, and its `environment` is added to this one. */
export const TaskDefaults = z.strictObject(settings).partial();
