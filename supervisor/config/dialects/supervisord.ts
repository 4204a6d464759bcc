import { dirname } from "node:path";
import { type Converted, Notes, type Place } from "./converted.ts";
import { type IniSection, parseIni, type SourceText } from "./ini.ts";
import { JobNames } from "./job-names.ts";
import { listProcesses, nameProgram } from "./supervisord-processes.ts";
import { convertProgram } from "./supervisord-program.ts";
import { convertMain, remarkOnSection } from "./supervisord-sections.ts";
import { type SupervisordContext, SupervisordValues } from "./supervisord-values.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** A supervisord.conf, the files that it includes, and the patterns of these that fit none. */
export interface SupervisordSources {
  readonly texts: readonly SourceText[];
  readonly unmatched?: readonly { readonly pattern: string; readonly place: Place }[];
}

/** The patterns of `[include] files`, which are relative to the file. */
export function listSupervisordIncludes(
  source: SourceText,
  inherited: Variables,
): { readonly patterns: readonly string[]; readonly place: Place; readonly notes: Notes } {
  // What is wrong elsewhere in the file is said when all of it is read.
  const sections = parseIni([source], new Notes());
  const notes = new Notes();
  const section = sections.find(({ name }) => name === "include");
  const place = section?.values.get("files")?.place ?? { file: source.file, line: 1 };
  if (section === undefined) return { patterns: [], place, notes };
  const context = { notes, inherited, common: new Map<string, string>() };
  const files = new SupervisordValues(section, context, { host_node_name: inherited.HOSTNAME ?? "" });
  return { patterns: files.now("files")?.split(/\s+/).filter(Boolean) ?? [], place, notes };
}

/**
 * Converts a supervisord.conf: every `[program:x]` becomes a task, or several.
 * @param inherited the variables of `convert`, for `%(ENV_X)s` where tasks.yaml takes no variable
 */
export function convertSupervisord(
  { texts, unmatched = [] }: SupervisordSources,
  inherited: Variables,
): Converted {
  const notes = new Notes();
  const sections = parseIni(texts, notes);
  for (const { pattern, place } of unmatched) notes.remark(place, `[include] no file fits ${pattern}`);
  const main = sections.find(({ name }) => name === "supervisord");
  const { defaults, common } = convertMain(main, { notes, inherited, common: new Map() });
  const context = { notes, inherited, common };
  const groups = readGroups(sections, context);
  const names = new JobNames();
  const tasks = sections
    .filter(({ name }) => name.startsWith("program:"))
    .flatMap((section) => {
      const group = groups.get(nameProgram(section));
      const expansions = { group_name: group ?? nameProgram(section) };
      return listProcesses(section, expansions, context).map((process) => {
        const name = names.take(process.name);
        if (name !== process.name) notes.remark(section.place, `[${section.name}] is called ${name} here`);
        const { task, placeOf } = convertProgram(section, process, context);
        notes.locate(["tasks", name], section.place);
        for (const key of Object.keys(task)) notes.locate(["tasks", name, key], placeOf(key));
        return [name, group === undefined ? task : { ...task, group }] as const;
      });
    });
  for (const section of sections) remarkOnSection(section, texts[0]?.file ?? "", notes);
  if (tasks.some(([, task]) => task.stdout === undefined))
    notes.remark(
      undefined,
      "Output without a logfile goes to longshored's own; supervisord puts it into files of its own (AUTO).",
    );
  const file = {
    ...(Object.keys(defaults).length === 0 ? {} : { defaults }),
    tasks: Object.fromEntries(tasks),
  };
  return { file, notes };
}

/** The first group that names each program. */
function readGroups(sections: readonly IniSection[], context: SupervisordContext): Map<string, string> {
  const groups = new Map<string, string>();
  const programs = new Set(sections.filter(({ name }) => /^(fcgi-)?program:/.test(name)).map(nameProgram));
  for (const section of sections.filter(({ name }) => name.startsWith("group:"))) {
    const values = new SupervisordValues(section, context);
    const group = nameProgram(section);
    if (values.raw("priority") !== undefined)
      values.remark("priority", "order is given by depends_on, not by priority");
    for (const program of values.now("programs")?.split(",") ?? []) {
      const name = program.trim();
      if (name === "") continue;
      if (!programs.has(name))
        values.remark("programs", `${name} is no program of ${dirname(section.place.file)}'s files`);
      if (groups.has(name))
        values.remark(
          "programs",
          `${name} is in the group ${groups.get(name)} already; supervisord runs it twice then, and it is one task here`,
        );
      else groups.set(name, group);
    }
  }
  return groups;
}
