import type { Problem } from "../../../shared/problem.ts";
import { quoteArgv } from "../../../shared/quote-argv.ts";
import { listCrontabLines } from "./crontab-line.ts";
import { guessDialect } from "./guess.ts";
import type { Dialect } from "./names.ts";

/** Kinds of file that somebody may take for a tasks.yaml, and that `convert` does not read. */
interface Unread {
  readonly what: string;
  readonly matches: (text: string, file: string) => boolean;
  readonly hint: string;
}

const oneTask = "write tasks: { NAME: { command: PROGRAM ARGUMENT … } }";
const names: Readonly<Record<Exclude<Dialect, "yaml">, string>> = {
  supervisord: "a supervisord.conf",
  procfile: "a Procfile",
  crontab: "a crontab",
  "system-crontab": "a crontab of the system, with users in it",
  supercronic: "a crontab",
  anacrontab: "an anacrontab",
};

const unread: readonly Unread[] = [
  {
    what: "a program, and no text",
    matches: (text) => text.slice(0, 8_000).includes("\0"),
    hint: oneTask,
  },
  {
    what: "a unit of systemd, which cannot be converted",
    matches: (text, file) => guessDialect(text, file) === "systemd",
    hint: "write its ExecStart as command, and a timer's OnCalendar as schedule: tasks: { NAME: { command: PROGRAM } }; docs/tasks-yaml.md has the keys",
  },
  {
    what: "JavaScript, as PM2's ecosystem.config.js",
    matches: (text, file) =>
      /\.[cm]?[jt]s$/.test(file) || /^[ \t]*(module\.exports|export default)\b/m.test(text),
    hint: "write a task for each of its apps, where script and args become the command: tasks: { NAME: { command: node api.js } }",
  },
  {
    what: "a script",
    matches: (text) => text.startsWith("#!"),
    hint: "write a task that runs it: tasks: { NAME: { command: [sh, FILE] } }",
  },
  {
    what: "a Dockerfile",
    matches: (text) =>
      /^[ \t]*FROM[ \t]+\S/m.test(text) && /^[ \t]*(RUN|CMD|ENTRYPOINT|COPY)[ \t]/m.test(text),
    hint: "write its CMD as the command of a task: tasks: { NAME: { command: PROGRAM ARGUMENT … } }",
  },
  {
    what: "HTML or XML",
    matches: (text) => /^\s*<[!?a-z]/i.test(text),
    hint: oneTask,
  },
  {
    what: "TOML or another file with [sections]",
    matches: (text) =>
      /^[ \t]*\[+["'\w. :-]+\]+[ \t]*(#.*)?\r?$/m.test(text) && /^[ \t]*["'\w.-]+[ \t]*=/m.test(text),
    hint: "only YAML and JSON are read: tasks: { NAME: { command: PROGRAM } }",
  },
  {
    what: "a file of variables",
    matches: (text, file) => isAllVariables(text, file),
    hint: "a task reads it with env_file: tasks: { NAME: { command: PROGRAM, env_file: FILE } }",
  },
];

/**
 * Finds what a file is that cannot be a tasks.yaml: one problem, in place of those that YAML has with it. Undefined where it
 * looks like one, or like nothing that is known.
 */
export function findForeignFile(text: string, file: string): Problem | undefined {
  if (/^(tasks|programs|defaults|include)["']?\s*:/m.test(text)) return undefined;
  const dialect = guessDialect(text, file);
  const problem = (message: string, hint: string): Problem => {
    return { file, position: { line: firstLine(text), column: 1 }, path: "", message, hint };
  };
  if (dialect !== "yaml" && dialect !== "systemd") {
    const line = quoteArgv(["longshored", "convert", file]);
    return problem(
      `this looks like ${names[dialect]}, and is no tasks.yaml`,
      `convert it: ${line} > tasks.yaml`,
    );
  }
  const found = unread.find(({ matches }) => matches(text, file));
  if (found !== undefined) return problem(`this looks like ${found.what}, and is no tasks.yaml`, found.hint);
  return text.split("\n").every((line) => /^\s*(#|$)/.test(line))
    ? problem(text.trim() === "" ? "the file is empty" : "the file holds comments, and no task", oneTask)
    : undefined;
}

function isAllVariables(text: string, file: string): boolean {
  const lines = listCrontabLines(text, file);
  return lines.length > 0 && lines.every(({ kind }) => kind === "variable");
}

/** The first line that says something, from 1. */
function firstLine(text: string): number {
  const index = text.split("\n").findIndex((line) => line.trim() !== "" && !/^\s*[#;]/.test(line));
  return index < 0 ? 1 : index + 1;
}
