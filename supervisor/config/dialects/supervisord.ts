import { splitWords } from "../split-words.ts";
import { findAlias } from "./aliases.ts";
import { type IniSection, parseIni } from "./ini.ts";

/** A file in canonical form, and what of the original it cannot say. */
export interface Converted {
  readonly file: Readonly<Record<string, unknown>>;
  /** one sentence each */
  readonly remarks: readonly string[];
}

/** What supervisord does where a program says nothing, and we would do otherwise. */
const defaults = { restart: "on-failure", start_retries: 3 };

const numberKeys = new Set(["instances", "start_retries", "start_period", "stop_grace_period"]);
const booleanKeys = new Set(["autostart"]);

/** Converts a supervisord.conf: every `[program:x]` becomes a task. */
export function convertSupervisord(text: string): Converted {
  const remarks: string[] = [];
  const sections = parseIni(text);
  const tasks = sections
    .filter(({ name }) => name.startsWith("program:"))
    .map((section) => convertProgram(section, remarks));
  const known = /^(program:|supervisord$|supervisorctl$|unix_http_server$|inet_http_server$|rpcinterface:)/;
  for (const { name } of sections)
    if (!known.test(name)) remarks.push(`[${name}] has no counterpart and was left out`);
  return { file: { tasks: Object.fromEntries(tasks) }, remarks };
}

function convertProgram({ name, values }: IniSection, remarks: string[]): [string, Record<string, unknown>] {
  const task: Record<string, unknown> = { ...defaults };
  const log: Record<string, unknown> = {};
  for (const [key, raw] of Object.entries(values)) {
    const value = expand(raw);
    const alias = findAlias(key);
    const own = alias?.key ?? key;
    if (key === "environment") task.environment = splitEnvironment(value);
    else if (key === "exitcodes") task.success_exit_codes = value.split(",").map(Number);
    else if (key === "redirect_stderr") Object.assign(task, value === "true" ? { stderr: "stdout" } : {});
    else if (key === "stdout_logfile_maxbytes") log.max_size = value;
    else if (key === "stdout_logfile_backups") log.max_files = Number(value);
    else if (numberKeys.has(own)) task[own] = own.endsWith("_period") ? `${value}s` : Number(value);
    else if (booleanKeys.has(own)) task[own] = value === "true";
    else if (alias !== undefined) task[own] = alias.convert?.(value) ?? value;
    else if (["command", "user", "umask"].includes(key)) task[key] = value;
    else if (key !== "priority" && key !== "process_name" && key !== "killasgroup" && key !== "stopasgroup") {
      remarks.push(`[${name}] ${key}=${value} has no counterpart and was left out`);
    }
  }
  if (Object.keys(log).length > 0) task.log = log;
  if ("priority" in values) remarks.push(`[${name}] order is given by depends_on, not by priority`);
  return [name.slice("program:".length), task];
}

/** `%(ENV_HOME)s` and `%(process_num)02d` become variables of ours. */
function expand(value: string): string {
  return value
    .replaceAll("$", "$$$$")
    .replace(/%\(ENV_(\w+)\)s/g, "${$1}")
    .replace(/%\(process_num\)\d*d/g, "${INSTANCE}")
    .replace(/%\(program_name\)s/g, "${TASK}")
    .replaceAll("%%", "%");
}

/** `A="1",B="2"`. */
function splitEnvironment(text: string): Record<string, string> {
  const words = splitWords(text.replace(/,(?=\s*\w+=)/g, " ")) ?? [];
  return Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
  );
}
