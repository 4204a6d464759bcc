import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { Variables } from "../../shared/interpolate.ts";
import { expandArgv, expandText, type ResolveProblem } from "./expand.ts";
import { expandSettings } from "./expand-settings.ts";
import type { Argv } from "./task/command.ts";
import type { Sink } from "./task/log.ts";
import type { Task } from "./task/task.ts";

/** One process slot of a task, with everything that its process needs worked out. */
export interface InstanceSpec {
  /** stays the same when the task is scaled: `worker#1` */
  readonly id: string;
  /** what people call it: `worker_1`, or `worker` where there is one */
  readonly name: string;
  readonly task: string;
  /** counts from 1 */
  readonly index: number;
  readonly settings: Task;
  readonly argv: Argv;
  /** what is added to the supervisor's own environment; may hold secrets, so it is never printed */
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDir: string | undefined;
  /** files by their absolute paths */
  readonly stdout: readonly Sink[];
  /** `stdout`: the very same pipe, so that the order of both is kept */
  readonly stderr: "stdout" | readonly Sink[];
  /** why the task stays off, or null */
  readonly offReason: string | null;
  /** equal for two specs whose process would be the same */
  readonly processHash: string;
}

/** The settings that a running process cannot take over; all others apply to it as it runs. */
const processSettings = [
  "kind",
  "user",
  "umask",
  "no_new_privs",
  "capabilities",
  "rlimits",
  "nice",
  "readiness",
  "stdin",
  "stdout",
  "stderr",
] as const satisfies readonly (keyof Task)[];

/**
 * Works out the instances of a task: `${…}` in its strings, `environment` over its env files over the
 * supervisor's own `inherited` variables. `TASK` and `INSTANCE` (its number) can be used in every string.
 */
export function resolveTask(
  taskName: string,
  task: Task,
  fileVariablesOf: (index: number) => Readonly<Record<string, string>>,
  inherited: Variables,
): { readonly specs: readonly InstanceSpec[]; readonly problems: readonly ResolveProblem[] } {
  const problems: ResolveProblem[] = [];
  const specs = Array.from({ length: task.instances }, (_, offset) => {
    const index = offset + 1;
    const fileVariables = fileVariablesOf(index);
    const own: Variables = { ...inherited, ...fileVariables, TASK: taskName, INSTANCE: String(index) };
    const environment: Record<string, string> = { ...fileVariables };
    for (const [name, value] of Object.entries(task.environment)) {
      if (value === null) continue;
      environment[name] = expandText(value, { path: ["environment", name], variables: own, problems });
    }
    const variables = { ...own, ...environment };
    const at = (...path: string[]) => ({ path, variables, problems });
    const expandSinks = (sinks: readonly Sink[], key: string): Sink[] =>
      sinks.map((sink) =>
        sink.kind === "file" ? { ...sink, path: resolve(expandText(sink.path, at(key))) } : sink,
      );
    const missing = task.requires_environment.find((name) => !variables[name]);
    const spec: Omit<InstanceSpec, "processHash"> = {
      id: `${taskName}#${index}`,
      name: task.instances > 1 ? `${taskName}_${index}` : taskName,
      task: taskName,
      index,
      settings: missing === undefined ? expandSettings(task, variables, problems) : task,
      argv: expandArgv(task.command, at("command")),
      environment,
      workingDir: task.working_dir && expandText(task.working_dir, at("working_dir")),
      stdout: expandSinks(task.stdout, "stdout"),
      stderr: task.stderr === "stdout" ? "stdout" : expandSinks(task.stderr, "stderr"),
      offReason: missing === undefined ? null : `${missing} is not set`,
    };
    return { ...spec, processHash: hashProcess(spec) };
  });
  // Most are the same for every instance.
  const distinct = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return { specs, problems: [...distinct.values()] };
}

function hashProcess(spec: Omit<InstanceSpec, "processHash">): string {
  const settings = processSettings.map((key) => spec.settings[key] ?? null);
  const environment = Object.entries(spec.environment).sort(([a], [b]) => (a < b ? -1 : 1));
  const content = JSON.stringify([spec.argv, environment, spec.workingDir ?? null, spec.offReason, settings]);
  return createHash("sha256").update(content).digest("base64url");
}
