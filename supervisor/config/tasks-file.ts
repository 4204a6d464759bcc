import * as z from "zod";
import { checkDependencies } from "./dependency-check.ts";
import { Duration } from "./duration.ts";
import { OutputSettings } from "./output.ts";
import type { Parsed, Problem } from "./problem.ts";
import { TimeZone } from "./schedule.ts";
import { Task, TaskDefaults } from "./task.ts";
import { checkYaml, parseYaml, type YamlSource } from "./yaml-document.ts";

/** A name that fits a process list, a path and a command line: no blanks, slashes, colons or wildcards. */
export const TaskName = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
    "a task's name holds letters, digits, dots, dashes and underscores",
  );

const fileSettings = {
  /** from the first SIGTERM until everything that is left is killed; Docker itself kills after 10 s */
  shutdown_timeout: Duration.prefault("9s"),
  output: OutputSettings.prefault({}),
  /** for every job that names none; the system's by default */
  timezone: TimeZone.optional(),
};

const Outline = z.strictObject({
  defaults: TaskDefaults.optional(),
  tasks: z.record(TaskName, z.unknown()),
  ...fileSettings,
});

/** A whole tasks.yaml, as its author writes it. */
export const TasksFile = z.strictObject({
  /** what every task starts from */
  defaults: TaskDefaults.optional(),
  tasks: z.record(TaskName, Task),
  ...fileSettings,
});

/** A tasks.yaml with `defaults` worked into every task. */
export type TasksConfig = Omit<z.output<typeof TasksFile>, "defaults">;

/** Reads the text of a tasks.yaml. Top-level keys that begin with `x-` are the author's own, as in Compose. */
export function parseTasksFile(text: string, file: string): Parsed<TasksConfig> {
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  const source = { ...parsed.value, value: dropExtensions(parsed.value.value) };
  const outline = checkYaml(source, Outline);
  const defaults = readDefaults(source.value);
  const names = outline.ok ? Object.keys(outline.value.tasks) : taskNames(source.value);
  const problems: Problem[] = outline.ok ? [] : [...outline.problems];
  const tasks: Record<string, Task> = {};
  for (const name of names) {
    const task = checkTask(source, name, defaults);
    if (task.ok) tasks[name] = task.value;
    else problems.push(...task.problems);
  }
  if (!outline.ok || problems.length > 0) return { ok: false, problems: sortProblems(problems) };
  const crossed = checkDependencies(tasks).map(
    (found): Problem => ({
      file,
      position: source.positionOf(found.path, true),
      path: found.path.join("."),
      message: found.message,
      hint: found.hint,
    }),
  );
  if (crossed.length > 0) return { ok: false, problems: sortProblems(crossed) };
  const { defaults: _, ...settings } = outline.value;
  return { ok: true, value: { ...settings, tasks } };
}

type Raw = Record<string, unknown>;

function checkTask(source: YamlSource, name: string, defaults: Raw): Parsed<Task> {
  const own = (source.value as { tasks: Raw }).tasks[name];
  if (!isRaw(own)) return checkYaml(source, Task, ["tasks", name]);
  const environment = mergeEnvironment(defaults.environment, own.environment);
  const merged = { ...defaults, ...own, ...(environment === undefined ? {} : { environment }) };
  return checkYaml({ ...source, value: { tasks: { [name]: merged } } }, Task, ["tasks", name]);
}

function mergeEnvironment(base: unknown, own: unknown): unknown {
  return isRaw(base) && isRaw(own) ? { ...base, ...own } : (own ?? base);
}

function dropExtensions(value: unknown): unknown {
  if (!isRaw(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !key.startsWith("x-")));
}

/** The defaults, unless they are wrong: then their own problems are reported once, and not again with every task. */
function readDefaults(value: unknown): Raw {
  const defaults = isRaw(value) ? value.defaults : undefined;
  return isRaw(defaults) && TaskDefaults.safeParse(defaults).success ? defaults : {};
}

function taskNames(value: unknown): string[] {
  const tasks = isRaw(value) ? value.tasks : undefined;
  return isRaw(tasks) ? Object.keys(tasks) : [];
}

function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortProblems(problems: readonly Problem[]): Problem[] {
  return problems.toSorted((a, b) => (a.position?.line ?? 0) - (b.position?.line ?? 0));
}
