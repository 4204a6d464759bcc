import { JobNames } from "./crontab-line.ts";
import { expandExpressions, splitEnvironment } from "./expression.ts";
import { type IniSection, parseIni } from "./ini.ts";
import { listProcesses } from "./supervisord-processes.ts";
import { convertProgram } from "./supervisord-program.ts";

/** A file in canonical form, and what of the original it cannot say. */
export interface Converted {
  readonly file: Readonly<Record<string, unknown>>;
  /** one sentence each */
  readonly remarks: readonly string[];
}

/** Sections that say nothing about programs, or are read beside them. */
const silent = /^(program:.*|supervisord|supervisorctl|unix_http_server|rpcinterface:.*|include|group:.*)$/;

/** What takes the place of a section that is left out. */
const advice: readonly (readonly [RegExp, string])[] = [
  [/^eventlistener:/, "notify tells others of events"],
  [/^inet_http_server$/, "control serves the API over TCP"],
  [/^fcgi-program:/, "sockets are not made here; have the program listen itself"],
];

/** The patterns of `[include] files`, which are relative to the file. */
export function listSupervisordIncludes(text: string): string[] {
  const section = parseIni(text).find(({ name }) => name === "include");
  return section?.values.files?.split(/\s+/).filter((pattern) => pattern !== "") ?? [];
}

/**
 * Converts a supervisord.conf: every `[program:x]` becomes a task, or several.
 * @param here the folder of the file
 */
export function convertSupervisord(text: string, here: string): Converted {
  const remarks: string[] = [];
  const sections = parseIni(text);
  const names = new JobNames();
  const tasks = sections
    .filter(({ name }) => name.startsWith("program:"))
    .flatMap((section) => {
      const group = findGroup(sections, section);
      const expansions = { here, group_name: group ?? programOf(section) };
      return listProcesses(section, expansions, remarks).map((process) => {
        const name = names.take(process.name);
        if (name !== process.name) remarks.push(`[${section.name}] is called ${name} here`);
        const task = convertProgram(section, process, remarks);
        return [name, group === undefined ? task : { ...task, group }] as const;
      });
    });
  for (const { name } of sections.filter((section) => !silent.test(section.name))) {
    const [, way] = advice.find(([pattern]) => pattern.test(name)) ?? [];
    remarks.push(`[${name}] has no counterpart and was left out${way === undefined ? "" : `: ${way}`}`);
  }
  const main = sections.find(({ name }) => name === "supervisord");
  const defaults = main === undefined ? {} : convertDefaults(main, here, remarks);
  const file = {
    ...(Object.keys(defaults).length === 0 ? {} : { defaults }),
    tasks: Object.fromEntries(tasks),
  };
  return { file, remarks };
}

/** What supervisord sets for itself, and its programs inherit. */
function convertDefaults({ values }: IniSection, here: string, remarks: string[]): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  const expand = (value: string): string => expandExpressions(value, { here });
  const { environment, umask, directory, minfds, minprocs, user } = values;
  if (environment !== undefined) {
    const variables = splitEnvironment(environment);
    if (variables === undefined) remarks.push("[supervisord] environment cannot be read and was left out");
    else
      defaults.environment = Object.fromEntries(
        Object.entries(variables).map(([name, value]) => [name, expand(value)]),
      );
  }
  if (umask !== undefined) defaults.umask = umask;
  if (directory !== undefined) defaults.working_dir = expand(directory);
  const limits = { nofile: minfds, nproc: minprocs };
  const given = Object.entries(limits).filter(([, limit]) => limit !== undefined);
  if (given.length > 0)
    defaults.rlimits = Object.fromEntries(given.map(([name, limit]) => [name, Number(limit)]));
  if (user !== undefined && user !== "root")
    remarks.push(`[supervisord] user=${user}: run longshored as that user`);
  return defaults;
}

/** The first group that names the program. */
function findGroup(sections: readonly IniSection[], section: IniSection): string | undefined {
  const isMember = ({ values }: IniSection): boolean =>
    values.programs?.split(",").some((each) => each.trim() === programOf(section)) ?? false;
  const group = sections.find((each) => each.name.startsWith("group:") && isMember(each));
  return group?.name.slice("group:".length).trim();
}

function programOf({ name }: IniSection): string {
  return name.slice("program:".length).trim();
}
