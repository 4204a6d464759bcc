import { isUtf8 } from "node:buffer";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { ReadLimits } from "../../shared/io/read-limited.ts";
import type { Problem } from "../../shared/problem.ts";
import { UserError } from "../../shared/user-error.ts";
import { readGuardedBytes } from "./files/guarded-path.ts";
import { listMatches } from "./files/include.ts";
import { crossCheck, fileSettings, type ReadTasksFile, readTasksFile } from "./tasks-file.ts";

/** A tasks.yaml and the files that it includes, and everything that is wrong with any of them. */
export interface ReadTasksFiles {
  /** undefined where it is no YAML at all */
  readonly main: ReadTasksFile | undefined;
  /** all that could be read, in order, `main` first */
  readonly files: readonly ReadTasksFile[];
  readonly problems: readonly Problem[];
}

/** What is larger than this takes minutes to read; a file of 10,000 tasks has a quarter of it. */
export const tasksFileLimits: ReadLimits = { most: 4 * 1024 * 1024 };

/**
 * Reads a tasks.yaml and the files that it includes, all of them, whatever is wrong with the others. As root not through
 * another user's link: a message about the file would show lines of it.
 * @throws UserError where the file itself cannot be read
 */
export async function readTasksFiles(file: string): Promise<ReadTasksFiles> {
  const text = await readGuardedBytes(file, tasksFileLimits).catch((error: NodeJS.ErrnoException) => {
    const hints: Readonly<Record<string, string>> = {
      ENOENT: "longshored FILE runs another one, and longshored init writes an example",
      EISDIR: "it is a folder: Docker makes one where the file that is to be mounted does not exist",
    };
    const hint = hints[error.code ?? ""];
    throw new UserError("tasks_file", `cannot read ${file} (${error.code ?? "error"})`, {
      hint,
      cause: error,
    });
  });
  const problems: Problem[] = [];
  const main = readTasks(text, file, undefined, problems);
  const files = main === undefined ? [] : [main];
  if (main !== undefined) files.push(...(await readIncluded(main, problems)));
  problems.push(...crossCheck(files));
  return { main, files, problems };
}

function readTasks(
  bytes: Buffer,
  file: string,
  main: ReadTasksFile | undefined,
  problems: Problem[],
): ReadTasksFile | undefined {
  const fault = findEncodingFault(bytes, file);
  if (fault !== undefined) {
    problems.push(fault);
    return undefined;
  }
  const read = readTasksFile(bytes.toString("utf8"), file, main?.defaults);
  problems.push(...(read.ok ? read.value.problems : read.problems));
  return read.ok ? read.value : undefined;
}

/** Something that the author did not write would run if these bytes were read as they can be. */
function findEncodingFault(bytes: Buffer, file: string): Problem | undefined {
  if (isUtf8(bytes)) return undefined;
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf("\n", start);
    const next = end < 0 ? bytes.length : end + 1;
    if (!isUtf8(bytes.subarray(start, next))) break;
    start = next;
  }
  return {
    file,
    position: { line, column: 1 },
    path: "",
    message: "this line is not UTF-8; save the file as UTF-8",
  };
}

/** Reads the included files, each once, without the file itself. */
async function readIncluded(main: ReadTasksFile, problems: Problem[]): Promise<ReadTasksFile[]> {
  const { config, source } = main;
  const known = new Set([resolve(source.file)]);
  const files: ReadTasksFile[] = [];
  for (const [index, pattern] of config.include.entries()) {
    const position = source.positionOf(["include", index]);
    const fail = (path: string, error: NodeJS.ErrnoException): void => {
      const message = `cannot read ${path} (${error.code ?? "error"})`;
      problems.push({ file: source.file, position, path: "include", message });
    };
    const path = isAbsolute(pattern) ? pattern : join(dirname(source.file), pattern);
    const matches = await listMatches(path).catch((error: NodeJS.ErrnoException) => {
      fail(error.path ?? path, error);
      return [];
    });
    for (const match of matches.filter((each) => !known.has(resolve(each)))) {
      known.add(resolve(match));
      const bytes = await readGuardedBytes(match, tasksFileLimits).catch((error: NodeJS.ErrnoException) =>
        fail(match, error),
      );
      const read = bytes && readTasks(bytes, match, main, problems);
      if (read === undefined) continue;
      problems.push(...listMisplaced(read));
      files.push(read);
    }
  }
  return files;
}

/** Settings of the whole file in an included one, which would have no effect. */
function listMisplaced({ source }: ReadTasksFile): Problem[] {
  const keys = Object.keys(source.value as object).filter(
    (key) => Object.hasOwn(fileSettings, key) && key !== "timezone",
  );
  return keys.map((key) => ({
    file: source.file,
    position: source.positionOf([key], true),
    path: key,
    message: "has no effect in an included file; write it in the file that includes this one",
  }));
}
