import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { parseEnv } from "node:util";
import type { EnvFile } from "./environment.ts";
import { expandText, type Place, type ResolveProblem } from "./expand.ts";
import { type InstanceSpec, resolveTask } from "./instance-spec.ts";
import type { Variables } from "./interpolate.ts";
import { toUserErrors } from "./problem.ts";
import { crossCheck, type ReadTasksFile, readTasksFile, type TasksConfig } from "./tasks-file.ts";
import { UserError } from "./user-error.ts";
import { wildcard } from "./wildcard.ts";

/** A tasks.yaml with everything that it refers to read and worked out: what the supervisor runs. */
export interface Plan {
  readonly file: string;
  /** what applies to all tasks; the tasks themselves are in the specs of their instances */
  readonly config: Omit<TasksConfig, "tasks">;
  readonly specs: readonly InstanceSpec[];
}

/**
 * Reads a tasks.yaml, the files that it includes, and their env files. Relative paths start at the folder of the file
 * that they stand in.
 * @throws UserErrors that name every problem at its line and column, or UserError when the file cannot be read
 */
export async function loadPlan(file: string, inherited: Variables): Promise<Plan> {
  // process.env asks the system for every variable, every time.
  const variables = { ...inherited };
  const main = await readFileOf(file);
  const included = await listIncluded(main);
  const files = [main, ...(await Promise.all(included.map(readFileOf)))];
  const problems = crossCheck(files);
  const specs: InstanceSpec[] = [];
  for (const { config, source } of files) {
    for (const [name, ownTask] of Object.entries(config.tasks)) {
      const task = { ...ownTask, timezone: ownTask.timezone ?? config.timezone ?? main.config.timezone };
      const fail = (path: readonly string[], message: string): void => {
        const full = ["tasks", name, ...path];
        problems.push({
          file: source.file,
          position: source.positionOf(full),
          path: full.join("."),
          message,
        });
      };
      const folder = dirname(resolve(source.file));
      const unreadable: ResolveProblem[] = [];
      const place = { path: ["env_file"], variables: { ...variables, TASK: name }, problems: unreadable };
      const fromFiles = await readEnvFiles(task.env_file, folder, place);
      for (const problem of unreadable) fail(problem.path, problem.message);
      const resolved = resolveTask(name, task, fromFiles, variables);
      for (const problem of resolved.problems) fail(problem.path, problem.message);
      specs.push(...resolved.specs);
    }
  }
  if (problems.length > 0) throw toUserErrors("tasks_file", problems);
  const { tasks: _, ...config } = main.config;
  return { file, config, specs };
}

/**
 * The tasks of a tasks.yaml and of the files that it includes, without what they refer to: env files, variables.
 * @throws as {@link loadPlan}
 */
export async function loadTasks(file: string): Promise<Pick<TasksConfig, "tasks" | "groups">> {
  const main = await readFileOf(file);
  const files = [main, ...(await Promise.all((await listIncluded(main)).map(readFileOf)))];
  const problems = crossCheck(files);
  if (problems.length > 0) throw toUserErrors("tasks_file", problems);
  const tasks = files.flatMap(({ config }) =>
    Object.entries(config.tasks).map(([name, task]) => {
      const timezone = task.timezone ?? config.timezone ?? main.config.timezone;
      return [name, { ...task, timezone }] as const;
    }),
  );
  return { tasks: Object.fromEntries(tasks), groups: main.config.groups };
}

async function readFileOf(file: string): Promise<ReadTasksFile> {
  const read = readTasksFile(await readText(file), file);
  if (!read.ok) throw toUserErrors("tasks_file", read.problems);
  return read.value;
}

/** `*` stands for any part of a file's name, as in a shell; a pattern that fits nothing includes nothing. */
async function listIncluded({ config, source }: ReadTasksFile): Promise<string[]> {
  const found = await Promise.all(
    config.include.map(async (pattern) => {
      const path = isAbsolute(pattern) ? pattern : join(dirname(source.file), pattern);
      if (!basename(path).includes("*")) return [path];
      const matches = wildcard(basename(path));
      const names = await readdir(dirname(path)).catch((): string[] => []);
      return names
        .filter((name) => matches.test(name))
        .sort()
        .map((name) => join(dirname(path), name));
    }),
  );
  return found.flat();
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    const hint =
      code === "ENOENT"
        ? "longshored FILE runs another one, and longshored init writes an example"
        : undefined;
    throw new UserError("tasks_file", `cannot read ${file} (${code})`, { hint, cause: error });
  }
}

/** Later files win. A missing file is a problem only where it is required. */
async function readEnvFiles(
  files: readonly EnvFile[],
  folder: string,
  place: Place,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const file of files) {
    const path = expandText(file.path, place);
    try {
      Object.assign(variables, parseEnv(await readFile(resolve(folder, path), "utf8")));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "error";
      if (!file.required && code === "ENOENT") continue;
      place.problems.push({ path: place.path, message: `cannot read ${path} (${code})` });
    }
  }
  return variables;
}
