import { type Converted, Notes, type Place } from "./converted.ts";
import { splitPercent, toArgv } from "./crontab-command.ts";
import { type CrontabLine, listCrontabLines } from "./crontab-line.ts";
import { applySetting, type CronSettings, environmentOf, newSettings } from "./crontab-settings.ts";
import { type CronReader, isOfSupercronic, readTimes } from "./crontab-times.ts";
import { judgeUser } from "./crontab-user.ts";
import { JobNames, nameCommand } from "./job-names.ts";

/** Which kind of crontab a file is: a system's names a user before the command; supercronic has rules of its own. */
export type CrontabKind = "crontab" | "system-crontab" | "supercronic";

const cronRemarks = [
  "cron makes up for no missed run, starts a job also while it still runs, and in its user's home folder: so do the defaults here.",
  "cron gives a job HOME, LOGNAME, SHELL=/bin/sh and PATH=/usr/bin:/bin alone, and mails its output; here it has the environment of longshored, and its output is in its log.",
];
const supercronicRemarks = ["supercronic makes up for no missed run: so do the defaults here."];

/**
 * Converts a crontab (crontab(5) of Debian's cron and of cronie; https://github.com/aptible/supercronic).
 * @param file its name, for remarks
 */
export function convertCrontab(text: string, file: string, kind: CrontabKind): Converted {
  const notes = new Notes();
  const lines = listCrontabLines(text, file);
  const reader = findReader(lines, kind, notes);
  for (const remark of reader === "supercronic" ? supercronicRemarks : cronRemarks)
    notes.remark(undefined, remark);
  const names = new JobNames();
  const settings = newSettings();
  // What supercronic is told holds for the whole file, wherever it stands.
  if (reader === "supercronic") readSettings(lines, settings, reader, notes);
  const tasks: [string, unknown][] = [];
  const leftOut: { place: Place; text: string; reason: string }[] = [];
  for (const line of lines) {
    if (line.kind === "variable") {
      if (reader === "cron") applySetting(settings, line, reader, notes);
      continue;
    }
    const job = readJob(line.text, reader, kind);
    if (typeof job === "string") {
      leftOut.push({ place: line.place, text: JSON.stringify(line.text), reason: job });
      continue;
    }
    const name = names.take(nameCommand(job.command));
    for (const remark of [...job.remarks, ...remarksOn(job.command, reader, kind)])
      notes.remark(line.place, remark);
    notes.locate(["tasks", name], line.place);
    tasks.push([name, toTask(job, settings, reader)]);
  }
  // A file without a job is not what it was taken for.
  for (const { place, text, reason } of leftOut) {
    if (tasks.length === 0) notes.refuse(place, `${text} is no job: ${reason}`);
    else notes.remark(place, `${text} is no job and was left out: ${reason}`);
  }
  const defaults =
    reader === "supercronic" ? { catch_up: false } : { catch_up: false, overlap: "allow", working_dir: "~" };
  return { file: { defaults, tasks: Object.fromEntries(tasks) }, notes };
}

function findReader(lines: readonly CrontabLine[], kind: CrontabKind, notes: Notes): CronReader {
  if (kind !== "crontab") return kind === "supercronic" ? "supercronic" : "cron";
  const sign = lines.find((line) => line.kind === "job" && isOfSupercronic(line.text));
  if (sign === undefined) return "cron";
  notes.remark(sign.place, "cron does not read these times: the file is read as supercronic does");
  return "supercronic";
}

function readSettings(
  lines: readonly CrontabLine[],
  settings: CronSettings,
  reader: CronReader,
  notes: Notes,
): void {
  for (const line of lines) if (line.kind === "variable") applySetting(settings, line, reader, notes);
}

interface Job {
  readonly timing: { readonly schedule: string } | { readonly every: string };
  readonly user: string | undefined;
  readonly command: string;
  readonly remarks: readonly string[];
}

/** A text says why it is no job. */
function readJob(text: string, reader: CronReader, kind: CrontabKind): Job | string {
  // cronie's and SUSE's "-" keeps a job out of the system's log.
  const found = readTimes(text.replace(/^-/, ""), reader);
  if (typeof found === "string") return found;
  const { timing, remarks } = found;
  const [, user, rest] = (kind === "system-crontab" && /^(\S+)\s+(.*)$/s.exec(found.command)) || [];
  if (kind === "system-crontab" && rest === undefined) return "it has a user, and no command";
  const command = rest ?? found.command;
  // cronie: mail only when the job fails.
  const [, quiet] = (reader === "cron" && /^-n\s+(.*)$/s.exec(command)) || [];
  return { timing, user, command: quiet ?? command, remarks };
}

function toTask(job: Job, settings: CronSettings, reader: CronReader): Record<string, unknown> {
  const command = reader === "cron" ? splitPercent(job.command) : { command: job.command, input: null };
  const { timezone, jitter } = settings;
  return {
    command: toArgv(command, settings.shell),
    ...job.timing,
    ...(timezone === undefined || "every" in job.timing ? {} : { timezone }),
    ...(jitter === undefined ? {} : { jitter }),
    ...(job.user === undefined ? {} : { user: job.user }),
    ...environmentOf(settings),
  };
}

function remarksOn(command: string, reader: CronReader, kind: CrontabKind): string[] {
  const remarks: string[] = [];
  const [word = ""] = command.split(/\s/);
  if (kind !== "system-crontab" && judgeUser(command) !== "program")
    remarks.push(`${word} is run as a program; if it is a user, convert with --from system-crontab`);
  if (reader === "cron" && splitPercent(command).input !== null)
    remarks.push("what follows the first % is the command's input, as in cron; supercronic has no such rule");
  if (reader === "supercronic" && /\\%/.test(command))
    remarks.push("\\% stays as it is, as in supercronic; in cron it is a percent sign");
  if (command.endsWith("\\"))
    remarks.push("cron knows no continuation of a line: the command ends with this backslash");
  return remarks;
}
