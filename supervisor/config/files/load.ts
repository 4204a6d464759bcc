import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Variables } from "../../../shared/interpolate.ts";
import { type Problem, sortProblems, toUserErrors } from "../../../shared/problem.ts";
import { LogOwners } from "../checks/log-owners.ts";
import { expandText, type Place, type ResolveProblem } from "../expand.ts";
import { type InstanceSpec, resolveTask } from "../instance-spec.ts";
import { readEnvFile } from "../task/env-file.ts";
import type { EnvFile } from "../task/environment.ts";
import type { Task } from "../task/task.ts";
import type { ReadTasksFile, TasksConfig } from "../tasks-file.ts";
import { readTasksFiles } from "../tasks-files.ts";
import { readGuardedBytes } from "./guarded-path.ts";
import { folderOfMatches } from "./include.ts";
import { findOpenSources } from "./open-to-others.ts";
import { findSystemZone } from "./system-zone.ts";

/** A tasks.yaml with everything that it refers to read and worked out: what the supervisor runs. */
export interface Plan {
  readonly file: string;
  /** what applies to all tasks; the tasks themselves are in the specs of their instances */
  readonly config: Omit<TasksConfig, "tasks">;
  readonly specs: readonly InstanceSpec[];
  /** what its user should know, in a sentence each */
  readonly warnings: readonly string[];
}

/**
 * Reads a tasks.yaml, the files that it includes, and their env files. Relative paths start at the folder of the file
 * that they stand in.
 * @throws UserErrors that name every problem at its line and column, or UserError when the file cannot be read
 */
export async function loadPlan(file: string, inherited: Variables): Promise<Plan> {
  // process.env asks the system for every variable, every time.
  const variables = { ...inherited };
  const { main, files, problems: found } = await readTasksFiles(file);
  const problems = [...found];
  const specs: InstanceSpec[] = [];
  const envFiles = new Set<string>();
  const logs = new LogOwners();
  const zone = await findZoneWhereNeeded(files, variables);
  for (const { config, source } of files) {
    for (const [name, ownTask] of Object.entries(config.tasks)) {
      const task = {
        ...ownTask,
        timezone: ownTask.timezone ?? config.timezone ?? main?.config.timezone ?? zone,
      };
      const fail = (path: readonly string[], message: string): void => {
        const full = ["tasks", name, ...path];
        problems.push({
          file: source.file,
          position: source.positionOf(full),
          path: full.join("."),
          message,
        });
      };
      const folder = dirname(source.file);
      const unreadable: ResolveProblem[] = [];
      const place = { path: ["env_file"], variables: { ...variables, TASK: name }, problems: unreadable };
      const contents = await readEnvFilesOf(task, folder, place, problems, (path) => {
        if (isRoots(task)) envFiles.add(path);
      });
      for (const problem of unreadable) fail(problem.path, problem.message);
      const resolved = resolveTask(name, task, (index) => contents[index - 1] ?? {}, variables);
      for (const problem of resolved.problems) fail(problem.path, problem.message);
      for (const other of logs.conflicts(name, resolved.specs))
        fail(
          ["log"],
          `differs from that of ${other}, which writes to the same file; write the same log for both`,
        );
      specs.push(...resolved.specs);
    }
  }
  if (main === undefined || problems.length > 0) throw toUserErrors("tasks_file", sortProblems(problems));
  const { tasks: _, ...config } = main.config;
  const warning = findOpenSources({
    files: [...files.map(({ source }) => source.file), ...envFiles],
    folders: main.config.include.flatMap((path) => folderOfMatches(resolve(dirname(file), path)) ?? []),
  });
  return { file, config, specs, warnings: warning === undefined ? [] : [warning] };
}

/**
 * The tasks of a tasks.yaml and of the files that it includes, without what they refer to: env files, variables.
 * @throws as {@link loadPlan}
 */
export async function loadTasks(file: string): Promise<Pick<TasksConfig, "tasks" | "groups">> {
  const { main, files, problems } = await readTasksFiles(file);
  if (main === undefined || problems.length > 0) throw toUserErrors("tasks_file", sortProblems(problems));
  const zone = await findZoneWhereNeeded(files, process.env);
  const tasks = files.flatMap(({ config }) =>
    Object.entries(config.tasks).map(([name, task]) => {
      const timezone = task.timezone ?? config.timezone ?? main.config.timezone ?? zone;
      return [name, { ...task, timezone }] as const;
    }),
  );
  return { tasks: Object.fromEntries(tasks), groups: main.config.groups };
}

/** Whether its processes are root's where longshored is. */
function isRoots({ user }: Task): boolean {
  return user === undefined || /^(root|0)(:|$)/.test(user);
}

/** The system's time zone where Node does not know it, and where a schedule goes by it. */
async function findZoneWhereNeeded(
  files: readonly ReadTasksFile[],
  variables: Variables,
): Promise<string | undefined> {
  const main = files[0]?.config;
  const isNeeded = files.some(({ config }) =>
    Object.values(config.tasks).some(
      ({ schedule, timezone }) => schedule !== undefined && !(timezone ?? config.timezone ?? main?.timezone),
    ),
  );
  return isNeeded ? findSystemZone(variables, Date.now()) : undefined;
}

/** The variables of the env files for each instance: a path may hold its number. */
async function readEnvFilesOf(
  { env_file: files, instances }: Task,
  folder: string,
  place: Place,
  problems: Problem[],
  onRead: (path: string) => void,
): Promise<Record<string, string>[]> {
  const isOwn = files.some(({ path }) => path.includes("INSTANCE"));
  if (!isOwn) {
    const shared = await readEnvFiles(files, folder, place, problems, onRead);
    return Array.from({ length: instances }, () => shared);
  }
  const contents: Record<string, string>[] = [];
  for (let index = 1; index <= instances; index += 1) {
    const variables = { ...place.variables, INSTANCE: String(index) };
    contents.push(await readEnvFiles(files, folder, { ...place, variables }, problems, onRead));
  }
  return contents;
}

/** Later files win. A missing file is a problem only where it is required. */
async function readEnvFiles(
  files: readonly EnvFile[],
  folder: string,
  place: Place,
  problems: Problem[],
  onRead: (path: string) => void,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const file of files) {
    const path = expandText(file.path, place);
    try {
      const content = readEnvFile(await readGuardedBytes(resolve(folder, path)));
      onRead(resolve(folder, path));
      Object.assign(variables, content.variables);
      for (const { line, message } of content.faults) {
        const fault = {
          file: isAbsolute(path) ? path : join(folder, path),
          position: { line, column: 1 },
          path: "",
          message,
        };
        const isNew = !problems.some((known) => known.file === fault.file && known.position?.line === line);
        if (isNew) problems.push(fault);
      }
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "error";
      if (!file.required && code === "ENOENT") continue;
      place.problems.push({ path: place.path, message: `cannot read ${path} (${code})` });
    }
  }
  return variables;
}
