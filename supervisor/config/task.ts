import * as z from "zod";
import type { TaskKind } from "../protocol/status.ts";
import { Backoff } from "./backoff.ts";
import { Command } from "./command.ts";
import { DependsOn } from "./dependency.ts";
import { Duration } from "./duration.ts";
import { EnvFiles, Environment } from "./environment.ts";
import { Healthcheck } from "./healthcheck.ts";
import { jobSettings } from "./job-settings.ts";
import { LogRotation, StreamTarget } from "./log.ts";
import { Readiness } from "./readiness.ts";
import { Rlimits } from "./rlimits.ts";
import { Signal } from "./signal.ts";
import { Size } from "./size.ts";
import { RestartLimit, StopStep } from "./stop-step.ts";
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
  /** covers every restart, also those of a task that had started well */
  restart_limit: RestartLimit.optional(),
  /** when this task ends for good, everything else is stopped, and longshored exits with the task's exit code */
  critical: z.boolean().default(false),
  stop_signal: Signal.prefault("SIGTERM"),
  /** from the stop signal, or the start of the stop command, to SIGKILL */
  stop_grace_period: Duration.prefault("10s"),
  /** several signals one after the other, in place of stop_signal and stop_grace_period */
  stop_steps: z.array(StopStep).min(1).optional(),
  /** run in place of the stop signal, with the main process's pid in $PID */
  stop_command: Command.optional(),
  /** what `longshorectl reload TASK` sends to the main process */
  reload_signal: Signal.optional(),
  /** or runs, with the main process's pid in $PID */
  reload_command: Command.optional(),
  readiness: Readiness.optional(),
  environment: Environment.prefault({}),
  env_file: EnvFiles.prefault([]),
  /** the task stays off until these variables are set, by `environment`, `env_file` or the supervisor's own environment */
  requires_environment: z.array(z.string()).default([]),
  working_dir: z.string().optional(),
  /** `name`, `name:group`, or numbers */
  user: z.union([z.string(), z.int().nonnegative().transform(String)]).optional(),
  umask: Umask.optional(),
  rlimits: Rlimits.prefault({}),
  /** -20 (first) to 19 (last) */
  nice: z.int().min(-20).max(19).optional(),
  /** resident memory of all processes of an instance together; above it the instance is restarted */
  max_memory: Size.optional(),
  depends_on: DependsOn.prefault({}),
  healthcheck: Healthcheck.optional(),
  ...jobSettings,
  stdout: StreamTarget.prefault("inherit"),
  /** also `stdout`: the same place */
  stderr: z.union([z.literal("stdout"), StreamTarget]).prefault("inherit"),
  log: LogRotation.prefault({}),
};

/** One task of tasks.yaml. */
export const Task = z
  .strictObject({ command: Command, ...settings })
  .refine((task) => task.stop_command === undefined || task.stop_steps === undefined, {
    path: ["stop_command"],
    message: "cannot be combined with stop_steps",
  })
  .refine((task) => task.schedule === undefined || task.every === undefined, {
    path: ["every"],
    message: "cannot be combined with schedule",
  })
  .refine((task) => task.reload_command === undefined || task.reload_signal === undefined, {
    path: ["reload_command"],
    message: "cannot be combined with reload_signal",
  })
  .transform((task, context) => {
    const isJob = task.schedule !== undefined || task.every !== undefined;
    const kind: TaskKind = isJob ? "job" : task.type;
    if (isJob && task.instances > 1) {
      context.addIssue({
        code: "custom",
        path: ["instances"],
        message: "a job has one instance; with overlap: allow, several of its runs go on at once",
      });
    }
    // A failed run of a job is a matter of `retries`: each is a run of its own, with its own log.
    const restart: RestartPolicy = isJob ? "no" : (task.restart ?? (kind === "service" ? "always" : "no"));
    return { ...task, kind, restart };
  });
export type Task = z.output<typeof Task>;

/** What every task starts from; a task's own keys win, and its `environment` is added to this one. */
export const TaskDefaults = z.strictObject(settings).partial();
