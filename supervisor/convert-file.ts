import { readLimited } from "../shared/io/read-limited.ts";
import { toUserErrors } from "../shared/problem.ts";
import { UserError } from "../shared/user-error.ts";
import { type ConvertedText, convertToTasksYaml } from "./config/dialects/convert.ts";
import { findForeignFile } from "./config/dialects/foreign-file.ts";
import { guessDialect } from "./config/dialects/guess.ts";
import { type Dialect, dialects } from "./config/dialects/names.ts";
import { readSupervisordFiles } from "./config/files/supervisord-files.ts";
import { tasksFileLimits } from "./config/tasks-files.ts";

/** A map, as each tasks.yaml is; what is wrong with one is said by those who read it. */
const map = /^([\w-]+\s*:(\s|$)|\{)/m;

/**
 * Reads a file of another supervisor, with those that it includes, and converts it.
 * @param from what it is; guessed by default
 * @throws UserError where it cannot be read, UserErrors for what is wrong in it
 */
export async function convertFile(file: string, from?: Dialect): Promise<ConvertedText> {
  const fail = (error: NodeJS.ErrnoException): never => {
    if (error instanceof UserError) throw error;
    throw new UserError("convert", `cannot read ${error.path ?? file} (${error.code})`, { cause: error });
  };
  const text = (await readLimited(file, tasksFileLimits).catch(fail)).toString("utf8");
  const guessed = from ?? guessDialect(text, file);
  // Read as a tasks.yaml, it is told from one.
  const dialect = guessed === "systemd" ? "yaml" : guessed;
  const inherited = process.env;
  const source = { file, text, inherited };
  const supervisord =
    dialect === "supervisord" ? await readSupervisordFiles(text, file, inherited).catch(fail) : undefined;
  const converted = convertToTasksYaml(
    supervisord === undefined ? source : { ...source, supervisord },
    dialect,
  );
  const isUnknown = from === undefined && dialect === "yaml" && !map.test(text);
  if (!converted.ok && isUnknown && findForeignFile(text, file) === undefined) {
    const hint = `say it with --from ${dialects.join(" | ")}`;
    throw new UserError("convert", `cannot tell what ${file} is`, { hint });
  }
  if (!converted.ok) throw toUserErrors("tasks_file", converted.problems);
  return converted.value;
}
