import * as z from "zod";
import { checkDependencies } from "./dependency-check.ts";
import { readDialect } from "./dialects/dialect.ts";
import { Duration } from "./duration.ts";
import { checkJobs } from "./job-check.ts";
import { Groups } from "./job-settings.ts";
import { LogRotation } from "./log.ts";
import { NotifyTarget } from "./notify.ts";
import { OutputSettings } from "./output.ts";
import type { Parsed, Problem } from "./problem.ts";
import { TimeZone } from "./schedule.ts";
import { Task, TaskDefaults } from "./task.ts";
import { TcpControl } from "./tcp-control.ts";
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
  /** further files of tasks, with `*` in their names; relative to this file */
  include: z
    .union([z.string(), z.array(z.string())])
    .prefault([])
    .transform((input) => (Array.isArray(input) ? input : [input])),
  /** a file that every event goes to, one JSON object a line */
  events: z.strictObject({ file: z.string(), log: LogRotation.prefault({}) }).optional(),
  /** where else the control API is served; a token or client certificates are required */
  control: TcpControl.optional(),
  /** who is told when something happens */
  notify: z.array(NotifyTarget).default([]),
  /** for every job that names none; the system's by default */
  timezone: TimeZone.optional(),
  /** how many jobs of a group run at once */
  groups: Groups.prefault({}),
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

/** A tasks.yaml that was read, and where its parts stand. */
export interface ReadTasksFile {
  readonly config: TasksConfig;
  readonly source: YamlSource;
}

/** Reads the text of a tasks.yaml, or of one in another supervisor's words, and checks the whole of it. */
export function parseTasksFile(text: string, file: string): Parsed<TasksConfig> {
  const read = readTasksFile(text, file);
  if (!read.ok) return read;
  // What a file depends on may stand in one that it includes.
  const problems = read.value.config.include.length > 0 ? [] : crossCheck([read.value]);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: read.value.config };
}

/** As {@link parseTasksFile}, but without what several files together have to fulfil. */
export function readTasksFile(text: string, file: string): Parsed<ReadTasksFile> {
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  const source = readDialect({ ...parsed.value, value: dropExtensions(parsed.value.value) });
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
  const { defaults: _, ...settings } = outline.value;
  return { ok: true, value: { config: { ...settings, tasks }, source } };
}

/** Names that are taken twice, and dependencies that cannot be fulfilled, in all files of a plan. */
export function crossCheck(files: readonly ReadTasksFile[]): Problem[] {
  const home = new Map<string, ReadTasksFile>();
  const problems: Problem[] = [];
  const report = (from: ReadTasksFile, path: readonly string[], message: string, hint?: string): void => {
    const position = from.source.positionOf(path, true);
    problems.push({ file: from.source.file, position, path: path.join("."), message, hint });
  };
  for (const file of files) {
    for (const name of Object.keys(file.config.tasks)) {
      const other = home.get(name);
      if (other !== undefined)
        report(file, ["tasks", name], `${other.source.file} has a task of this name already`);
      home.set(name, file);
    }
  }
  const tasks = Object.assign({}, ...files.map(({ config }) => config.tasks)) as Record<string, Task>;
  for (const { path, message, hint } of [...checkDependencies(tasks), ...checkJobs(tasks)]) {
    const from = home.get(path[1] ?? "");
    if (from !== undefined) report(from, path, message, hint);
  }
  return sortProblems(problems);
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
