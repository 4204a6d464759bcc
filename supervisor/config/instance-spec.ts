import { createHash } from "node:crypto";
import type { Argv } from "./command.ts";
import { interpolate, type Variables } from "./interpolate.ts";
import type { Sink } from "./log.ts";
import type { Task } from "./task.ts";

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
  "rlimits",
  "nice",
  "readiness",
  "stdout",
  "stderr",
] as const satisfies readonly (keyof Task)[];

/** What could not be worked out; `path` is within the task. */
export interface ResolveProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/**
 * Works out the instances of a task: `${…}` in its strings, `environment` over `fileVariables` (its env files) over the
 * supervisor's own `inherited` variables. `TASK` and `INSTANCE` (its number) can be used in every string.
 */
export function resolveTask(
  taskName: string,
  task: Task,
  fileVariables: Readonly<Record<string, string>>,
  inherited: Variables,
): { readonly specs: readonly InstanceSpec[]; readonly problems: readonly ResolveProblem[] } {
  const problems: ResolveProblem[] = [];
  const specs = Array.from({ length: task.instances }, (_, offset) => {
    const index = offset + 1;
    const own: Variables = { ...inherited, ...fileVariables, TASK: taskName, INSTANCE: String(index) };
    const expand = (text: string, path: readonly string[], variables: Variables): string => {
      const result = interpolate(text, variables);
      if (result.ok) return result.value;
      problems.push({ path, message: result.message });
      return "";
    };
    const environment: Record<string, string> = { ...fileVariables };
    for (const [name, value] of Object.entries(task.environment)) {
      if (value === null) continue;
      environment[name] = expand(value, ["environment", name], own);
    }
    const variables = { ...own, ...environment };
    const argv = task.command.map((word) => expand(word, ["command"], variables)) as [string, ...string[]];
    const workingDir =
      task.working_dir === undefined ? undefined : expand(task.working_dir, ["working_dir"], variables);
    const expandSinks = (sinks: readonly Sink[], key: string): Sink[] =>
      sinks.map((sink) =>
        sink.kind === "file" ? { ...sink, path: expand(sink.path, [key], variables) } : sink,
      );
    const missing = task.requires_environment.find((name) => !variables[name]);
    const spec: Omit<InstanceSpec, "processHash"> = {
      id: `${taskName}#${index}`,
      name: task.instances > 1 ? `${taskName}_${index}` : taskName,
      task: taskName,
      index,
      settings: task,
      argv,
      environment,
      workingDir,
      stdout: expandSinks(task.stdout, "stdout"),
      stderr: task.stderr === "stdout" ? "stdout" : expandSinks(task.stderr, "stderr"),
      offReason: missing === undefined ? null : `${missing} is not set`,
    };
    return { ...spec, processHash: hashProcess(spec) };
  });
  return { specs, problems: problems.slice(0, specs.length === 0 ? 0 : problems.length / specs.length) };
}

function hashProcess(spec: Omit<InstanceSpec, "processHash">): string {
  const settings = processSettings.map((key) => spec.settings[key] ?? null);
  const environment = Object.entries(spec.environment).sort(([a], [b]) => (a < b ? -1 : 1));
  const content = JSON.stringify([spec.argv, environment, spec.workingDir ?? null, spec.offReason, settings]);
  return createHash("sha256").update(content).digest("base64url");
}
