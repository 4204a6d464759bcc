import { type Converted, escapeDollars, Notes } from "./converted.ts";
import { JobNames } from "./job-names.ts";

const assignments = /^((?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'])*\s+)*)(.*)$/;
/** What a shell does itself, and operators that join several commands: neither can take the shell's place. */
const ofShell =
  /^(cd|source|\.|:|export|set|unset|ulimit|umask|if|while|until|for|case|select|function|test|\[|\[\[|eval|exec|exit|return|trap|wait|read|shift|local|declare|alias|command|builtin|type|hash|let|time|times|!)(\s|$)/;
const operators = /[&|;<>(){}`]/;

/**
 * Converts a Procfile: `name: command` lines, each run by a shell (https://devcenter.heroku.com/articles/procfile;
 * foreman, honcho and overmind). `release` is run before the others, once.
 * @param file its name, for remarks
 */
export function convertProcfile(text: string, file: string): Converted {
  const notes = new Notes();
  const names = new JobNames();
  const firstLines = new Map<string, number>();
  const tasks = new Map<string, Record<string, unknown>>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "" || line.trimStart().startsWith("#")) continue;
    const place = { file, line: index + 1 };
    const [, own, command] = /^([A-Za-z0-9_-]+):\s*(.+)$/.exec(line) ?? [];
    if (own === undefined || command === undefined) {
      notes.remark(place, `${JSON.stringify(line)} is no process and was left out`);
      continue;
    }
    const name = names.take(own);
    const first = firstLines.get(own);
    if (first === undefined) firstLines.set(own, index + 1);
    if (first !== undefined) {
      const others = "foreman runs both, honcho the last alone, and overmind neither";
      notes.remark(
        place,
        `${own} stands in line ${first} already; this one is called ${name} here: ${others}`,
      );
    } else if (name !== own) notes.remark(place, `${own} is called ${name} here`);
    const port = 5000 + 100 * tasks.size;
    if (/\$\{?PORT\b/.test(line))
      notes.remark(
        place,
        `nobody sets PORT here, which foreman makes ${port}: give it to ${name} in environment`,
      );
    notes.locate(["tasks", name], place);
    tasks.set(name, { command: ["sh", "-c", escapeDollars(replaceShell(command))] });
    if (own === "release" && first === undefined)
      notes.remark(
        place,
        "release is run once, before the others, as on Heroku; foreman runs it beside them",
      );
  }
  const release = tasks.get("release");
  if (release !== undefined) {
    release.type = "oneshot";
    for (const [name, task] of tasks)
      if (name !== "release") task.depends_on = { release: { condition: "completed_successfully" } };
  }
  if (tasks.size > 0) {
    notes.remark(
      undefined,
      "A process that ends is started again; foreman ends the others then, as critical does.",
    );
    notes.remark(
      undefined,
      "foreman reads .env and sets PORT (5000, 5100, …): env_file and environment do that here.",
    );
    notes.remark(
      undefined,
      "It runs everything in the Procfile's folder: so does longshored when it is started there.",
    );
  }
  return { file: { tasks: Object.fromEntries(tasks) }, notes };
}

/** Lets a command take the shell's place where it is only one: signals and exit codes are its own then. */
function replaceShell(text: string): string {
  const [, variables = "", command = ""] = assignments.exec(text.trim()) ?? [];
  return command === "" || ofShell.test(command) || operators.test(command.replaceAll(/\$\{[^}`(]*\}/g, ""))
    ? text
    : `${variables}exec ${command}`;
}
