import { stringify } from "yaml";
import { readDialect } from "./dialects/dialect.ts";
import { convertProcfile } from "./dialects/procfile.ts";
import { type Converted, convertSupervisord } from "./dialects/supervisord.ts";
import type { Parsed } from "./problem.ts";
import { parseTasksFile } from "./tasks-file.ts";
import { parseYaml } from "./yaml-document.ts";

/** What a file is written for. */
export type Dialect = "yaml" | "supervisord" | "procfile";

/** What a file most likely is: sections in brackets are supervisord's, `name: command` lines under that name a Procfile. */
export function guessDialect(text: string, file: string): Dialect {
  if (/^\s*\[(program|supervisord|group|unix_http_server)\b/m.test(text)) return "supervisord";
  return /(^|\/)Procfile[^/]*$/i.test(file) ? "procfile" : "yaml";
}

/** A file of another supervisor as a tasks.yaml in our own words, which is checked as any other; remarks are comments. */
export function convertToTasksYaml(text: string, file: string, dialect: Dialect): Parsed<string> {
  const converted = readAs(text, file, dialect);
  if (!converted.ok) return converted;
  const { file: content, remarks } = converted.value;
  const comments = remarks.map((remark) => `# ${remark}\n`).join("");
  const yaml = `${comments}${stringify(content)}`;
  const checked = parseTasksFile(yaml, `${file} (converted)`);
  return checked.ok ? { ok: true, value: yaml } : checked;
}

function readAs(text: string, file: string, dialect: Dialect): Parsed<Converted> {
  if (dialect === "supervisord") return { ok: true, value: convertSupervisord(text) };
  if (dialect === "procfile") return { ok: true, value: convertProcfile(text) };
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  const value = readDialect(parsed.value).value as Converted["file"];
  return { ok: true, value: { file: value, remarks: [] } };
}
