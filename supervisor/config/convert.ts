import { dirname, resolve } from "node:path";
import { stringify } from "yaml";
import { convertAnacrontab } from "./dialects/anacrontab.ts";
import { convertCrontab } from "./dialects/crontab.ts";
import { readDialect } from "./dialects/dialect.ts";
import type { Dialect } from "./dialects/names.ts";
import { convertProcfile } from "./dialects/procfile.ts";
import { type Converted, convertSupervisord } from "./dialects/supervisord.ts";
import type { Parsed } from "./problem.ts";
import { parseTasksFile, TasksFile } from "./tasks-file.ts";
import { settle } from "./written.ts";
import { parseYaml } from "./yaml-document.ts";

/**
 * What a file most likely is: sections in brackets are supervisord's, `name: command` lines under that name a Procfile;
 * a line of five times is a crontab's, and the system's where a user follows them.
 */
export function guessDialect(text: string, file: string): Dialect {
  if (
    /^\s*\[(program|supervisord|supervisorctl|group|include|eventlistener|fcgi-program|inet_http_server|unix_http_server)\b/m.test(
      text,
    )
  )
    return "supervisord";
  if (/(^|\/)Procfile[^/]*$/i.test(file)) return "procfile";
  if (
    /anacrontab/i.test(file) ||
    /^\s*(\d+|@(daily|weekly|monthly))\s+\d+\s+[A-Za-z][\w.-]*\s+\S/m.test(text)
  ) {
    return "anacrontab";
  }
  if (
    !/^\s*(@(reboot|hourly|daily|weekly|monthly|yearly|annually|midnight)|([-\d*][\d*,/-]*\s+){2}\S+\s+\S+\s+\S+)\s+\S/m.test(
      text,
    )
  ) {
    return "yaml";
  }
  const isSystem =
    /(^|\/)(etc\/crontab|cron\.d\/)/.test(file) || /^\s*([-\d*]\S*\s+)(\S+\s+){4}root\s/m.test(text);
  return isSystem ? "system-crontab" : "crontab";
}

/** A file of another supervisor as a tasks.yaml in our own words, which is checked as any other; remarks are comments. */
export function convertToTasksYaml(text: string, file: string, dialect: Dialect): Parsed<string> {
  const converted = readAs(text, file, dialect);
  if (!converted.ok) return converted;
  const { file: content, remarks } = converted.value;
  const comments = remarks.map((remark) => `# ${remark}\n`).join("");
  const yaml = `${comments}${stringify(content)}`;
  const checked = parseTasksFile(yaml, file);
  if (checked.ok) return { ok: true, value: yaml };
  // A line of what is not printed would say nothing.
  return { ok: false, problems: checked.problems.map((problem) => ({ ...problem, position: undefined })) };
}

function readAs(text: string, file: string, dialect: Dialect): Parsed<Converted> {
  if (dialect === "supervisord") return { ok: true, value: convertSupervisord(text, dirname(resolve(file))) };
  if (dialect === "procfile") return { ok: true, value: convertProcfile(text) };
  if (dialect === "anacrontab") return { ok: true, value: convertAnacrontab(text) };
  if (dialect !== "yaml") return { ok: true, value: convertCrontab(text, dialect === "system-crontab") };
  const parsed = parseYaml(text, file);
  if (!parsed.ok) return parsed;
  const value = settle(TasksFile, readDialect(parsed.value).value) as Converted["file"];
  return { ok: true, value: { file: value, remarks: [] } };
}
