import type { Converted } from "./supervisord.ts";

const assignments = /^((?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'])*\s+)*)(.*)$/;
/** What a shell does itself, and operators that join several commands: neither can take the shell's place. */
const ofShell =
  /^(cd|source|\.|export|set|unset|ulimit|umask|if|while|until|for|case|test|\[|eval|exec|trap|wait|!)(\s|$)/;
const operators = /[&|;<>(){}`]/;

/**
 * Converts a Procfile: `name: command` lines, each run by a shell (https://devcenter.heroku.com/articles/procfile).
 * `release` is run before the others, once.
 */
export function convertProcfile(text: string): Converted {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  const remarks: string[] = [];
  const tasks = new Map<string, Record<string, unknown>>();
  for (const line of lines) {
    const [, name, command] = /^([A-Za-z0-9_-]+):\s*(.+)$/.exec(line) ?? [];
    if (name === undefined || command === undefined)
      remarks.push(`${JSON.stringify(line)} is no process and was left out`);
    else tasks.set(name, { command: ["sh", "-c", replaceShell(command).replaceAll("$", "$$$$")] });
  }
  if (/\$\{?PORT\b/.test(text))
    remarks.push("Nobody sets PORT here: give it to the tasks in their environment.");
  const release = tasks.get("release");
  if (release !== undefined) {
    release.type = "oneshot";
    for (const [name, task] of tasks)
      if (name !== "release") task.depends_on = { release: { condition: "completed_successfully" } };
  }
  return { file: { tasks: Object.fromEntries(tasks) }, remarks };
}

/** Lets a command take the shell's place where it is only one: signals and exit codes are its own then. */
function replaceShell(text: string): string {
  const [, variables = "", command = ""] = assignments.exec(text.trim()) ?? [];
  return command === "" || ofShell.test(command) || operators.test(command.replaceAll(/\$\{[^}`(]*\}/g, ""))
    ? text
    : `${variables}exec ${command}`;
}
