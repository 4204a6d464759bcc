import type { Converted } from "./supervisord.ts";

/** Converts a Procfile: `name: command` lines, each run by a shell (https://devcenter.heroku.com/articles/procfile). */
export function convertProcfile(text: string): Converted {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
  const remarks: string[] = [];
  const tasks = lines.flatMap((line): [string, unknown][] => {
    const [, name, command] = /^([A-Za-z0-9_-]+):\s*(.+)$/.exec(line) ?? [];
    if (name === undefined || command === undefined) {
      remarks.push(`${JSON.stringify(line)} is no process and was left out`);
      return [];
    }
    return [[name, { command: ["sh", "-c", `exec ${command.replaceAll("$", "$$$$")}`] }]];
  });
  return { file: { tasks: Object.fromEntries(tasks) }, remarks };
}
