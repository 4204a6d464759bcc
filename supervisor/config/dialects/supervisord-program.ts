import { ownOutput } from "../log.ts";
import { findAlias } from "./aliases.ts";
import { expandExpressions, splitEnvironment } from "./expression.ts";
import type { IniSection } from "./ini.ts";
import type { SupervisordProcess } from "./supervisord-processes.ts";

type Raw = Record<string, unknown>;

/** What supervisord does where a program says nothing, and we would do otherwise. */
const defaults = { restart: "on-failure", start_retries: 3 };
const logDefaults = { max_size: "50MB", max_files: 10 };

const numberKeys = new Set(["start_retries", "start_period", "stop_grace_period"]);
/** Said by the name and number of the task, or true of every task here. */
const silentKeys = new Set([
  "process_name",
  "numprocs",
  "numprocs_start",
  "stopasgroup",
  "killasgroup",
  "serverurl",
  "stdout_logfile",
  "stderr_logfile",
]);
const truths = new Set(["true", "yes", "on", "1"]);
const falsehoods = new Set(["false", "no", "off", "0"]);

/** Converts a `[program:x]`, or one process of it. */
export function convertProgram(
  { name, values }: IniSection,
  process: SupervisordProcess,
  remarks: string[],
): Raw {
  const task: Raw = { command: values.command, ...defaults };
  const remark = (text: string): void => {
    const line = `[${name}] ${text}`;
    if (!remarks.includes(line)) remarks.push(line);
  };
  const expand = (value: string): string => expandExpressions(value, process.expansions);
  if (process.instances > 1) task.instances = process.instances;
  for (const [key, raw] of Object.entries(values)) {
    const value = expand(raw);
    const alias = findAlias(key);
    const own = alias?.key ?? key;
    if (silentKeys.has(key) || /_logfile_(maxbytes|backups)$/.test(key)) continue;
    if (key === "environment") {
      const variables = splitEnvironment(raw);
      if (variables === undefined) remark("environment cannot be read and was left out");
      else task.environment = mapValues(variables, expand);
    } else if (key === "exitcodes") task.success_exit_codes = value.split(",").map(toNumber);
    else if (key === "redirect_stderr")
      Object.assign(task, toTruth(value) === true ? { stderr: "stdout" } : {});
    else if (key === "priority") remark("order is given by depends_on, not by priority");
    else if (own === "autostart") task.autostart = toTruth(value);
    else if (own === "restart") task.restart = alias?.convert?.(toTruth(value.toLowerCase())) ?? value;
    else if (numberKeys.has(own)) task[own] = own.endsWith("_period") ? `${value}s` : toNumber(value);
    else if (alias !== undefined || ["command", "user", "umask"].includes(key)) task[own] = value;
    else if (!isNothing(value)) remark(`${key}=${raw} has no counterpart and was left out`);
  }
  if (/^["']?%\(ENV_/.test(values.command ?? ""))
    remark("the variable that the command begins with is one word here, and not split");
  Object.assign(task, convertOutput(values, task, expand, remark));
  return task;
}

function convertOutput(
  values: IniSection["values"],
  task: Raw,
  expand: (value: string) => string,
  remark: (text: string) => void,
): Raw {
  const output: Raw = {};
  const logs: string[] = [];
  for (const stream of ["stdout", "stderr"]) {
    const path = values[`${stream}_logfile`];
    if (path === undefined || (stream === "stderr" && task.stderr === "stdout")) continue;
    const target = toTarget(expand(path));
    if (target === "syslog") remark(`${stream}_logfile=syslog has no counterpart and was left out`);
    else if (target !== undefined) output[stream] = target;
    if (target === undefined || target === "null" || target === "inherit" || target === "syslog") continue;
    const { max_size, max_files } = logDefaults;
    const backups = values[`${stream}_logfile_backups`];
    const log = {
      max_size: values[`${stream}_logfile_maxbytes`] ?? max_size,
      max_files: backups === undefined ? max_files : toNumber(backups),
    };
    output.log ??= log;
    logs.push(JSON.stringify(log));
  }
  if (new Set(logs).size > 1) remark("log is that of stdout, and holds for both streams");
  return output;
}

/** Undefined for `AUTO`, which is what happens anyway. */
function toTarget(path: string): string | undefined {
  const word = path.toLowerCase();
  if (word === "auto") return undefined;
  if (word === "none" || word === "off") return "null";
  if (word === "syslog") return word;
  if (ownOutput.test(path)) return "inherit";
  return path.replace(/^~\//, "${HOME}/");
}

function toTruth(value: string): boolean | string {
  const word = value.toLowerCase();
  return truths.has(word) ? true : falsehoods.has(word) ? false : value;
}

function toNumber(value: string): number | string {
  return /^\s*\d+\s*$/.test(value) ? Number(value) : value;
}

/** Settings of what does not exist here, in the way that turns them off. */
function isNothing(value: string): boolean {
  return falsehoods.has(value.toLowerCase());
}

function mapValues(map: Readonly<Record<string, string>>, change: (value: string) => string): Raw {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));
}
