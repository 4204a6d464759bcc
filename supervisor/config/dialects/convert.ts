import { stringify } from "yaml";
import { type Parsed, type Problem, sortProblems } from "../../../shared/problem.ts";
import { settle } from "../../../shared/written.ts";
import { parseYaml } from "../../../shared/yaml/yaml-document.ts";
import { parseTasksFile, TasksFile } from "../tasks-file.ts";
import { convertAnacrontab } from "./anacrontab.ts";
import { type Converted, Notes } from "./converted.ts";
import { convertCrontab } from "./crontab.ts";
import { readDialect } from "./dialect.ts";
import type { Dialect } from "./names.ts";
import { convertProcfile } from "./procfile.ts";
import { convertSupervisord, type SupervisordSources } from "./supervisord.ts";

/** A file to convert. */
export interface ConvertSource {
  readonly file: string;
  readonly text: string;
  /** with the files that it includes, where it is a supervisord.conf */
  readonly supervisord?: SupervisordSources;
  /** the variables of `convert` itself, which a supervisord.conf may ask for */
  readonly inherited?: Readonly<Record<string, string | undefined>>;
}

/** A tasks.yaml, and what differs from the file that it was, one line each. */
export interface ConvertedText {
  /** begins with the remarks, as comments */
  readonly text: string;
  readonly remarks: readonly string[];
}

/** A file of another supervisor as a tasks.yaml in our own words, which is checked as any other. */
export function convertToTasksYaml(source: ConvertSource, dialect: Dialect): Parsed<ConvertedText> {
  const { file } = source;
  const converted = readAs(source, dialect);
  if (!converted.ok) return converted;
  const { file: content, notes } = converted.value;
  if (notes.problems.length > 0) return { ok: false, problems: sortProblems(notes.problems) };
  const { remarks } = notes;
  const text = `${remarks.map((remark) => `# ${remark}\n`).join("")}${stringify(content)}`;
  const checked = parseTasksFile(text, file);
  if (checked.ok) return { ok: true, value: { text, remarks } };
  return { ok: false, problems: checked.problems.map((problem) => toSource(problem, notes)) };
}

/** The line of the original that a problem of the result comes from; a line of what is not printed would say nothing. */
function toSource(problem: Problem, notes: Notes): Problem {
  const place = notes.placeOf(problem.path.split("."));
  if (place === undefined) return { ...problem, position: undefined };
  return { ...problem, file: place.file, position: { line: place.line, column: 1 } };
}

function readAs(source: ConvertSource, dialect: Dialect): Parsed<Converted> {
  const { text, file, supervisord = { texts: [source] }, inherited = {} } = source;
  if (dialect === "supervisord") return { ok: true, value: convertSupervisord(supervisord, inherited) };
  if (dialect === "procfile") return { ok: true, value: convertProcfile(text, file) };
  if (dialect === "anacrontab") return { ok: true, value: convertAnacrontab(text, file) };
  if (dialect !== "yaml") return { ok: true, value: convertCrontab(text, file, dialect) };
  const checked = parseTasksFile(text, file);
  if (!checked.ok) return checked;
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  const value = settle(TasksFile, readDialect(parsed.value).value) as Converted["file"];
  return { ok: true, value: { file: value, notes: new Notes() } };
}
