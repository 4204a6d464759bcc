import * as z from "zod";
import { Duration } from "../../../shared/duration.ts";
import { foreignWords } from "../../../shared/foreign-words.ts";
import { Size } from "../../../shared/size.ts";
import { Text } from "../../../shared/written.ts";
import type { TaskKind } from "../../protocol/status.ts";
import { Backoff } from "./backoff.ts";
import { Capabilities } from "./capabilities.ts";
import { Command } from "./command.ts";
import { DependsOn } from "./dependency.ts";
import { EnvFiles, Environment } from "./environment.ts";
import { taskWords } from "./foreign-words.ts";
import { Healthcheck } from "./healthcheck.ts";
import { jobSettings } from "./job-settings.ts";
import { LogSettings, StreamTarget } from "./log.ts";
import { Readiness } from "./readiness.ts";
import { Rlimits } from "./rlimits.ts";
import { Signal } from "./signal.ts";
import { RestartLimit, StopStep } from "./stop-step.ts";
import { Umask } from "./umask.ts";
import { User } from "./user.ts";

/** `always`: whatever the exit; `on-failure`: unless the exit code is one of `success_exit_codes`. */
export const RestartPolicy = z.enum(["always", "on-failure", "no"]);
export type RestartPolicy = z.infer<typeof RestartPolicy>;

const ExitCodes = z
  .union([z.int().min(0).max(255), z.array(z.int().min(0).max(255)).min(1)])
  .transform((input) => (Array.isArray(input) ? input : [input]));

/** The keys of a task that `defaults` may set for all of them. */
const settings = {
  description: Text.optional().describe("for people"),
  type: z
    .enum(["service", "oneshot"])
    .default("service")
    .describe("a oneshot runs once at the start; a task with a schedule is a job"),
  instances: z
    .int()
    .min(0)
    .max(10_000)
    .default(1)
    .describe("how many processes: `worker_1`, `worker_2`, …; scaling does not touch the others"),
  autostart: z
    .boolean()
    .default(true)
    .describe("whether it is started with longshored, and by a reload that switches this on"),
  restart: RestartPolicy.optional().describe(
    "what follows an end; `always` for a service by default, else `no`",
  ),
  success_exit_codes: ExitCodes.prefault([0]).describe("what does not count as a failure"),
  start_period: Duration.prefault("1s").describe(
    "a process that ends sooner than this after its start has failed to start",
  ),
  start_retries: z
    .int()
    .min(0)
    .default(10)
    .describe("failed starts in a row that are retried before the task is given up as fatal"),
  backoff: Backoff.prefault({}).describe("the waits between retries"),
  restart_limit: RestartLimit.optional().describe(
    "covers every restart, also those of a task that had started well",
  ),
  critical: z
    .boolean()
    .default(false)
    .describe(
      "when this task ends for good, everything else is stopped, and longshored exits with the task's exit code",
    ),
  stop_signal: Signal.prefault("SIGTERM").describe("by name or number; to the whole process group"),
  stop_grace_period: Duration.prefault("10s").describe(
    "from the stop signal, or the start of the stop command, to SIGKILL",
  ),
  stop_steps: z
    .array(StopStep)
    .min(1)
    .optional()
    .describe("several signals one after the other, in place of stop_signal and stop_grace_period"),
  stop_command: Command.optional().describe(
    "run in place of the stop signal, with the main process's pid in $PID",
  ),
  reload_signal: Signal.optional().describe("what `longshorectl reload TASK` sends to the main process"),
  reload_command: Command.optional().describe("or runs, with the main process's pid in $PID"),
  readiness: Readiness.optional().describe(
    "how the service says that it has started, in place of start_period",
  ),
  environment: Environment.prefault({}).describe(
    "variables, a map or a list of `NAME=value`; they win over those of env_file",
  ),
  env_file: EnvFiles.prefault([]).describe("files of `NAME=value` lines; later files win"),
  requires_environment: z
    .array(Text)
    .default([])
    .describe(
      "the task stays off until these variables are set, by `environment`, `env_file` or the supervisor's own environment",
    ),
  working_dir: Text.optional().describe("the supervisor's by default; `~` is the user's home folder"),
  user: User.optional().describe("`name`, `name:group`, or numbers"),
  umask: Umask.optional().describe("octal digits, quoted or not"),
  no_new_privs: z
    .boolean()
    .default(false)
    .describe(
      "neither it nor what it starts gets more rights than it has, as through sudo or a setuid program",
    ),
  capabilities: Capabilities.optional().describe(
    "of root's rights it has these and can get no others: `[NET_BIND_SERVICE]`, also for another `user`; `[]` is none",
  ),
  rlimits: Rlimits.prefault({}).describe("`{ nofile: 65536, core: { soft: 0, hard: unlimited } }`"),
  nice: z.int().min(-20).max(19).optional().describe("-20 (first) to 19 (last)"),
  max_memory: Size.optional().describe(
    "resident memory of all processes of an instance together; above it the instance is restarted",
  ),
  depends_on: DependsOn.prefault({}).describe(
    "what has to be there first: a list of tasks, or a map to `{ condition: started | healthy | completed_successfully }`",
  ),
  healthcheck: Healthcheck.optional().describe("how longshored asks whether the task works"),
  ...jobSettings,
  stdin: z
    .union([z.enum(["null", "keep-open"]), z.null().transform(() => "null" as const)])
    .optional()
    .describe(
      "`null` (nothing to read), or `keep-open`: it waits for what never comes, as under supervisord; that is the default of a service",
    ),
  stdout: StreamTarget.prefault("inherit").describe(
    "`inherit` (the supervisor's own output), `null`, a file, or a list of these",
  ),
  stderr: z
    .union([z.literal("stdout"), StreamTarget])
    .prefault("inherit")
    .describe("also `stdout`: the same place"),
  log: LogSettings.prefault({}).describe("when a file of its output is put aside, and who may read it"),
};

/** What an editor is told of two keys that cannot be combined. */
const excludes = (one: string, other: string) => ({ not: { required: [one, other] } });

/** One task of tasks.yaml. */
export const Task = z
  .strictObject({
    command: Command.describe(
      "the program and its arguments: a list, or a string that is split as a shell does it; no shell runs",
    ),
    ...settings,
  })
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
  .meta({
    allOf: [
      excludes("stop_command", "stop_steps"),
      excludes("schedule", "every"),
      excludes("reload_command", "reload_signal"),
    ],
  })
  .register(foreignWords, { words: taskWords })
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
    const stdin = task.stdin ?? (kind === "service" ? "keep-open" : "null");
    return { ...task, kind, restart, stdin };
  });
export type Task = z.output<typeof Task>;

/** What every task starts from; a task's own keys win, and its `environment` is added to this one. */
export const TaskDefaults = z.strictObject(settings).partial().register(foreignWords, { words: taskWords });
