import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseEnv } from "node:util";
import type { EnvFile } from "./environment.ts";
import { type InstanceSpec, resolveTask } from "./instance-spec.ts";
import type { Variables } from "./interpolate.ts";
import { type Problem, toUserErrors } from "./problem.ts";
import { parseTasksFile, type TasksConfig } from "./tasks-file.ts";
import { UserError } from "./user-error.ts";

/** A tasks.yaml with everything that it refers to read and worked out: what the supervisor runs. */
export interface Plan {
  readonly file: string;
  readonly config: TasksConfig;
  readonly specs: readonly InstanceSpec[];
}

/**
 * Reads a tasks.yaml and its env files. Relative paths of env files start at the file's own folder.
 * @throws UserErrors that name every problem at its line and column, or UserError when the file cannot be read
 */
export async function loadPlan(file: string, inherited: Variables): Promise<Plan> {
  const text = await readText(file);
  const parsed = parseTasksFile(text, file);
  if (!parsed.ok) throw toUserErrors("tasks_file", parsed.problems);
  const problems: Problem[] = [];
  const specs: InstanceSpec[] = [];
  const folder = dirname(resolve(file));
  for (const [name, task] of Object.entries(parsed.value.tasks)) {
    const fail = (path: readonly string[], message: string): void => {
      problems.push({ file, position: undefined, path: ["tasks", name, ...path].join("."), message });
    };
    const variables = await readEnvFiles(task.env_file, folder, (message) => fail(["env_file"], message));
    const resolved = resolveTask(name, task, variables, inherited);
    for (const problem of resolved.problems) fail(problem.path, problem.message);
    specs.push(...resolved.specs);
  }
  if (problems.length > 0) throw toUserErrors("tasks_file", problems);
  return { file, config: parsed.value, specs };
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    const hint = code === "ENOENT" ? "give the path of a tasks.yaml: longshored FILE" : undefined;
    throw new UserError("tasks_file", `cannot read ${file} (${code})`, { hint, cause: error });
  }
}

/** Later files win. A missing file is a problem only where it is required. */
async function readEnvFiles(
  files: readonly EnvFile[],
  folder: string,
  fail: (message: string) => void,
): Promise<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const { path, required } of files) {
    try {
      Object.assign(variables, parseEnv(await readFile(resolve(folder, path), "utf8")));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "error";
      if (required || code !== "ENOENT") fail(`cannot read ${path} (${code})`);
    }
  }
  return variables;
}
