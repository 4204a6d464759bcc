import * as z from "zod";
import { Duration } from "../../shared/duration.ts";
import { foreignWords } from "../../shared/foreign-words.ts";
import { type Parsed, type Problem, sortProblems } from "../../shared/problem.ts";
import { settle } from "../../shared/written.ts";
import { checkYaml, parseYaml, type YamlSource } from "../../shared/yaml/yaml-document.ts";
import { checkDependencies } from "./checks/dependency-check.ts";
import { checkGroups } from "./checks/group-check.ts";
import { checkJobs } from "./checks/job-check.ts";
import { checkNames } from "./checks/name-check.ts";
import { findIneffective } from "./checks/no-effect.ts";
import { readDialect } from "./dialects/dialect.ts";
import { findForeignFile } from "./dialects/foreign-file.ts";
import { NotifyTarget } from "./notify.ts";
import { OutputSettings } from "./output.ts";
import { Environment } from "./task/environment.ts";
import { fileWords } from "./task/foreign-words.ts";
import { Groups } from "./task/job-settings.ts";
import { LogSettings } from "./task/log.ts";
import { longestName } from "./task/longest-name.ts";
import { Task, TaskDefaults } from "./task/task.ts";
import { TcpControl } from "./tcp-control.ts";
import { TimeZone } from "./time/schedule.ts";

/** A name that fits a process list, a path and a command line: no blanks, slashes, colons or wildcards. */
const TaskName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, "a task's name holds letters, digits, dots, dashes and underscores")
  .max(longestName, `a task's name has at most ${longestName} characters`);

/** What is said once for everything; `timezone` also in an included file, of its own tasks. */
export const fileSettings = {
  shutdown_timeout: Duration.prefault("9s").describe(
    "from the first SIGTERM until everything that is left is killed; Docker itself kills after 10 s",
  ),
  output: OutputSettings.prefault({}).describe("how the supervisor's own output looks"),
  include: z
    .union([z.string(), z.array(z.string())])
    .prefault([])
    .transform((input) => (Array.isArray(input) ? input : [input]))
    .describe("further files of tasks, with `*` and `?` in their names; relative to this file"),
  events: z
    .strictObject({ file: z.string(), log: LogSettings.prefault({}) })
    .optional()
    .describe("a file that every event goes to, one JSON object a line"),
  control: TcpControl.optional().describe(
    "where else the control API is served; a token or client certificates are required",
  ),
  notify: z.array(NotifyTarget).default([]).describe("who is told when something happens"),
  timezone: TimeZone.optional().describe("for every job that names none; the system's by default"),
  groups: Groups.prefault({}).describe("how many jobs of a group run at once"),
};

const Outline = z
  .strictObject({
    defaults: TaskDefaults.optional(),
    tasks: z.record(TaskName, z.unknown()),
    ...fileSettings,
  })
  .register(foreignWords, { words: fileWords });

/** A whole tasks.yaml, as its author writes it. */
export const TasksFile = z.strictObject({
  defaults: TaskDefaults.optional().describe("what every task starts from"),
  tasks: z.record(TaskName, Task).describe("the tasks by name"),
  ...fileSettings,
});

/** A tasks.yaml with `defaults` worked into every task. */
export type TasksConfig = Omit<z.output<typeof TasksFile>, "defaults">;

/** A tasks.yaml that was read, and where its parts stand. */
export interface ReadTasksFile {
  /** what of it is good */
  readonly config: TasksConfig;
  readonly source: YamlSource;
  /** what every task starts from, before any schema */
  readonly defaults: Raw;
  /** all tasks, also those that are not good */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
}

/** Reads the text of a tasks.yaml, or of one in another supervisor's words, and checks the whole of it. */
export function parseTasksFile(text: string, file: string): Parsed<TasksConfig> {
  const read = readTasksFile(text, file);
  if (!read.ok) return read;
  const { config, problems: own } = read.value;
  // What a file depends on may stand in one that it includes.
  const problems = sortProblems([...own, ...(config.include.length > 0 ? [] : crossCheck([read.value]))]);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: config };
}

/**
 * As {@link parseTasksFile}, but without what several files together have to fulfil, and with whatever of it is good.
 * @param base defaults that those of the file are added to
 */
export function readTasksFile(text: string, file: string, base: Raw = {}): Parsed<ReadTasksFile> {
  const parsed = parseYaml(text, file);
  const foreign = parsed.ok && mayBeTasks(parsed.value.value) ? undefined : findForeignFile(text, file);
  if (foreign !== undefined) return { ok: false, problems: [foreign] };
  if (!parsed.ok) return parsed;
  const source = readDialect({ ...parsed.value, value: addTasks(dropExtensions(parsed.value.value)) });
  const outline = checkYaml(source, Outline);
  const defaults = addDefaults(base, readDefaults(source.value));
  const problems: Problem[] = outline.ok ? findIdleOutput(source) : dropFollowing(outline.problems);
  const names = taskNames(source.value);
  const tasks: Record<string, Task> = {};
  for (const name of names) {
    const task = checkTask(source, name, defaults);
    if (task.ok) tasks[name] = task.value;
    else problems.push(...task.problems);
  }
  const { defaults: _, ...settings } = outline.ok
    ? outline.value
    : Outline.parse({ tasks: {}, include: includeOf(source.value) });
  return {
    ok: true,
    value: { config: { ...settings, tasks }, source, defaults, names, problems: sortProblems(problems) },
  };
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
    for (const name of file.names) {
      const other = home.get(name);
      if (other !== undefined)
        report(file, ["tasks", name], `${other.source.file} has a task of this name already`);
      home.set(name, file);
    }
  }
  const tasks = Object.assign(Object.create(null), ...files.map(({ config }) => config.tasks)) as Record<
    string,
    Task
  >;
  const [main] = files;
  if (main !== undefined && [...home.keys()].every((name) => name in tasks))
    for (const { path, message, hint } of checkGroups(main.config.groups, tasks))
      report(main, path, message, hint);
  const found = [...checkDependencies(tasks, home), ...checkJobs(tasks, home), ...checkNames(tasks)];
  for (const { path, message, hint } of found) {
    const from = home.get(path[1] ?? "");
    if (from !== undefined) report(from, path, message, hint);
  }
  return sortProblems(problems);
}

type Raw = Record<string, unknown>;

/** JSON has the time anyway. */
function findIdleOutput(source: YamlSource): Problem[] {
  const { output } = source.value as Raw;
  if (!isRaw(output) || output.format !== "json" || !Object.hasOwn(output, "timestamps")) return [];
  const message = "has no effect: JSON always has the time; leave it out";
  const position = source.positionOf(["output", "timestamps"], true);
  return [{ file: source.file, position, path: "output.timestamps", message }];
}

/** A map with a key of ours, or with maps or lists in it, as those of other programs have: it has problems of its own. */
function mayBeTasks(value: unknown): boolean {
  if (!isRaw(value)) return false;
  return Object.entries(value).some(
    ([key, item]) =>
      key === "tasks" || Object.hasOwn(fileSettings, key) || (typeof item === "object" && item !== null),
  );
}

/** That there are no tasks follows where they stand below the word of another program. */
function dropFollowing(problems: readonly Problem[]): Problem[] {
  const isForeign = problems.some(({ path }) => Object.hasOwn(fileWords, path));
  return problems.filter(({ path }) => path !== "tasks" || !isForeign);
}

function checkTask(source: YamlSource, name: string, defaults: Raw): Parsed<Task> {
  const own = (source.value as { tasks: Raw }).tasks[name];
  if (!isRaw(own)) return checkYaml(source, Task, ["tasks", name]);
  const merged = addDefaults(defaults, own);
  const read = checkYaml({ ...source, value: { tasks: { [name]: merged } } }, Task, ["tasks", name]);
  if (!read.ok) return read;
  const problems = findIneffective(own, read.value).map(({ key, message }): Problem => {
    const path = ["tasks", name, key];
    return { file: source.file, position: source.positionOf(path, true), path: path.join("."), message };
  });
  return problems.length > 0 ? { ok: false, problems } : read;
}

/** The keys of `own` win, and its environment is added to. */
function addDefaults(base: Raw, own: Raw): Raw {
  const environment = mergeEnvironment(base.environment, own.environment);
  return { ...base, ...own, ...(environment === undefined ? {} : { environment }) };
}

/** Both may be lists; what is no environment at all is left to be reported. */
function mergeEnvironment(base: unknown, own: unknown): unknown {
  if (base === undefined || own === undefined) return own ?? base;
  const [first, second] = [base, own].map((each) => Environment.safeParse(settle(Environment, each)));
  if (!first?.success || !second?.success) return own;
  return { ...first.data, ...second.data };
}

function dropExtensions(value: unknown): unknown {
  if (!isRaw(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !key.startsWith("x-") && key !== "$schema"),
  );
}

/** A file that includes others needs no tasks of its own. */
function addTasks(value: unknown): unknown {
  return isRaw(value) && "include" in value && !("tasks" in value || "programs" in value)
    ? { ...value, tasks: {} }
    : value;
}

/** The defaults, unless they are wrong: then their own problems are reported once, and not again with every task. */
function readDefaults(value: unknown): Raw {
  const defaults = isRaw(value) ? value.defaults : undefined;
  return isRaw(defaults) && TaskDefaults.safeParse(settle(TaskDefaults, defaults)).success ? defaults : {};
}

/** The files that are to be included, also where another setting is wrong. */
function includeOf(value: unknown): unknown {
  const read = fileSettings.include.safeParse(isRaw(value) ? value.include : undefined);
  return read.success ? read.data : undefined;
}

function taskNames(value: unknown): string[] {
  const tasks = isRaw(value) ? value.tasks : undefined;
  return isRaw(tasks) ? Object.keys(tasks) : [];
}

function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
