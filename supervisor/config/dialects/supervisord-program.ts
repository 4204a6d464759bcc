import { findShellSyntax } from "../task/shell-syntax.ts";
import { splitWords } from "../task/split-words.ts";
import type { Place } from "./converted.ts";
import type { IniSection } from "./ini.ts";
import { convertOutput } from "./supervisord-output.ts";
import type { SupervisordProcess } from "./supervisord-processes.ts";
import { type SupervisordContext, SupervisordValues } from "./supervisord-values.ts";

type Raw = Record<string, unknown>;
type Reader = (values: SupervisordValues, key: string) => Raw;

/** What supervisord does where a program says nothing, and we would do otherwise. */
const defaults = { restart: "on-failure", start_retries: 3 };

const nothing: Reader = () => ({});
/** What is on by a true or another value, and has no counterpart. */
const withoutCounterpart: Reader = (values, key) => {
  const value = values.now(key)?.toLowerCase() ?? "";
  if (!["", "0", "false", "no", "off"].includes(value))
    values.remark(key, `${key}=${values.raw(key)} has no counterpart and was left out`);
  return {};
};
const group: Reader = (values, key) => {
  if (values.truth(key) === false)
    values.remark(key, `${key}=false: a stop reaches the whole process group here, in any case`);
  return {};
};
const seconds =
  (own: string): Reader =>
  (values, key) => {
    const number = values.number(key);
    return number === undefined ? {} : { [own]: `${number}s` };
  };

/**
 * Every key of a `[program:x]` (http://supervisord.org/configuration.html#program-x-section-settings), but for those of
 * its output, number and environment, which are read by themselves.
 */
const readers: Readonly<Record<string, Reader>> = {
  command: readCommand,
  process_name: nothing,
  numprocs: nothing,
  numprocs_start: nothing,
  priority: (values, key) => {
    values.remark(key, "order is given by depends_on, not by priority");
    return {};
  },
  autostart: (values, key) => {
    const autostart = values.truth(key);
    return autostart === undefined ? {} : { autostart };
  },
  autorestart: readRestart,
  startsecs: seconds("start_period"),
  startretries: (values, key) => {
    const retries = values.number(key);
    return retries === undefined ? {} : { start_retries: retries };
  },
  exitcodes: readExitCodes,
  stopsignal: (values, key) => ({ stop_signal: values.now(key) }),
  stopwaitsecs: seconds("stop_grace_period"),
  stopasgroup: group,
  killasgroup: group,
  user: readUser,
  redirect_stderr: nothing,
  environment: nothing,
  directory: (values, key) => ({ working_dir: values.text(key) }),
  umask: (values, key) => ({ umask: values.now(key) }),
  serverurl: (values, key) => {
    if (values.now(key)?.toUpperCase() !== "AUTO")
      values.remark(key, `${key} has no counterpart and was left out: no program is told of supervisord`);
    return {};
  },
};
for (const stream of ["stdout", "stderr"]) {
  const outputKeys = { "": nothing, _maxbytes: nothing, _backups: nothing };
  for (const [suffix, reader] of Object.entries(outputKeys))
    Object.assign(readers, { [`${stream}_logfile${suffix}`]: reader });
  for (const key of ["capture_maxbytes", "events_enabled", "syslog"])
    Object.assign(readers, { [`${stream}_${key}`]: withoutCounterpart });
}

/** Where a task's keys come from in its section. */
const sources: Readonly<Record<string, string>> = {
  restart: "autorestart",
  start_period: "startsecs",
  start_retries: "startretries",
  success_exit_codes: "exitcodes",
  stop_signal: "stopsignal",
  stop_grace_period: "stopwaitsecs",
  working_dir: "directory",
  instances: "numprocs",
  stdout: "stdout_logfile",
  stderr: "stderr_logfile",
  log: "stdout_logfile_maxbytes",
};

/** Converts a `[program:x]`, or one process of it. */
export function convertProgram(
  section: IniSection,
  process: SupervisordProcess,
  context: SupervisordContext,
): { readonly task: Raw; placeOf(key: string): Place } {
  const { expansions } = process;
  const environment = new SupervisordValues(section, context, expansions).assignments("environment");
  const values = new SupervisordValues(section, context, expansions, environment);
  const task: Raw = { command: values.raw("command"), ...defaults };
  if (!section.values.has("command"))
    values.refuse("command", "has no command", "write command=… into the section");
  for (const key of values.keys) {
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (reader === undefined)
      values.remark(key, `${key}=${values.raw(key)} is no setting of supervisord and was left out`);
    else Object.assign(task, reader(values, key));
    if (/SUPERVISOR_\w/.test(values.raw(key) ?? ""))
      values.remark(
        key,
        `no SUPERVISOR_… variables are set here; \${TASK} and \${INSTANCE} are in tasks.yaml`,
      );
  }
  if (process.instances !== 1) task.instances = process.instances;
  if (environment !== undefined && environment.size > 0) task.environment = Object.fromEntries(environment);
  Object.assign(task, convertOutput(values));
  const placeOf = (key: string): Place => {
    const own = sources[key] ?? key;
    return section.values.has(own) ? values.placeOf(own) : section.place;
  };
  return { task, placeOf };
}

function readCommand(values: SupervisordValues, key: string): Raw {
  const command = values.text(key);
  if (command?.trim() === "") values.refuse(key, "has an empty command");
  for (const variable of listUnquoted(command ?? ""))
    values.remark(
      key,
      `the value of ${variable} is one word of the command here, also an empty one; supervisord splits it into words`,
    );
  // supervisord runs no shell either: what looks like one's is an argument there, and a list says so here.
  const isLiteral = command !== undefined && findShellSyntax(command) !== undefined;
  return { command: (isLiteral ? splitWords(command) : undefined) ?? command };
}

/** The variables of a command that stand outside of quotes. */
function listUnquoted(command: string): string[] {
  const found = new Set<string>();
  let quote = "";
  for (let at = 0; at < command.length; at += 1) {
    const char = command[at] ?? "";
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (char === "\\" && quote === '"') at += 1;
    } else if (char === "'" || char === '"') quote = char;
    else if (char === "\\" || command.startsWith("$$", at)) at += 1;
    else {
      const [, name] = /^\$\{(\w+)\?\}/.exec(command.slice(at, at + 200)) ?? [];
      if (name !== undefined) found.add(name);
    }
  }
  // What cannot be split is reported where the command is read.
  return splitWords(command) === undefined ? [] : [...found];
}

function readRestart(values: SupervisordValues, key: string): Raw {
  const word = values.now(key)?.toLowerCase();
  if (word === undefined || word === "") return {};
  if (word === "unexpected") return { restart: "on-failure" };
  if (["true", "yes", "on", "1"].includes(word)) return { restart: "always" };
  if (["false", "no", "off", "0"].includes(word)) return { restart: "no" };
  values.refuse(key, `${key}=${word}: expected true, false or unexpected`);
  return {};
}

function readExitCodes(values: SupervisordValues, key: string): Raw {
  const text = values.now(key);
  if (text === undefined) return {};
  if (text === "") {
    values.remark(key, "without expected exit codes, every end is a failure: success_exit_codes has 0 here");
    return {};
  }
  const codes = text.split(",").map((code) => (/^\s*\d+\s*$/.test(code) ? Number(code) : Number.NaN));
  if (codes.every((code) => code <= 255)) return { success_exit_codes: codes };
  values.refuse(key, `${key}=${text}: expected exit codes from 0 to 255`);
  return {};
}

function readUser(values: SupervisordValues, key: string): Raw {
  const user = values.text(key);
  const variables = values.assignments("environment");
  const changed = ["HOME", "USER", "LOGNAME"].filter((name) => !variables?.has(name));
  if (user !== undefined && changed.length > 0)
    values.remark(key, `of the user ${user} are here also ${changed.join(", ")}; supervisord leaves its own`);
  return { user };
}
