import { TimeZone } from "../time/schedule.ts";
import { escapeDollars, type Notes } from "./converted.ts";
import type { CrontabLine } from "./crontab-line.ts";
import type { CronReader } from "./crontab-times.ts";

/** What the lines `NAME=value` of a crontab say, of the jobs below them. */
export interface CronSettings {
  readonly environment: Map<string, string>;
  shell: string;
  timezone: string | undefined;
  jitter: string | undefined;
}

export function newSettings(): CronSettings {
  return { environment: new Map(), shell: "/bin/sh", timezone: undefined, jitter: undefined };
}

/** Variables that tell cron how to mail; the job gets them too. */
const ofMail = new Set(["MAILFROM", "CONTENT_TYPE", "CONTENT_TRANSFER_ENCODING"]);

/** Takes a variable as cron does: some are for cron itself, and nearly all are in the job's environment too. */
export function applySetting(
  settings: CronSettings,
  { name, value, place }: Extract<CrontabLine, { kind: "variable" }>,
  reader: CronReader,
  notes: Notes,
): void {
  const remark = (text: string): void => notes.remark(place, `${name}=${value}: ${text}`);
  if (name === "LOGNAME" && reader === "cron") {
    remark("cron sets it to the job's user, whatever stands here; it was left out");
    return;
  }
  if (/^(["']).*\1\s*#/.test(value))
    remark("cron knows no comment after a value; it is kept as it stands there");
  settings.environment.set(name, value);
  if (name === "SHELL") settings.shell = value || "/bin/sh";
  else if (name === "CRON_TZ") setTimezone(settings, value, place, notes);
  else if (name === "TZ") remark("it is for the commands alone, as in cron; timezone moves the schedule");
  else if (name === "MAILTO" && value !== "")
    remark("nothing is mailed; give a job on_failure or ping_url to hear of it");
  else if (ofMail.has(name)) remark("nothing is mailed");
  else if (name === "RANDOM_DELAY") setDelay(settings, value, remark);
  else if (name === "USER" && reader === "supercronic")
    remark("the jobs run as longshored's user all the same");
}

function setTimezone(settings: CronSettings, value: string, place: CrontabLine["place"], notes: Notes): void {
  const zone = value === "" ? undefined : value;
  if (zone !== undefined && !TimeZone.safeParse(zone).success) {
    const hint = "write it like Europe/Berlin or UTC, or remove the line";
    notes.refuse(place, `CRON_TZ=${value} is not a time zone that can be converted`, hint);
    return;
  }
  settings.timezone = zone;
  if (zone !== undefined)
    notes.remark(
      place,
      "CRON_TZ is the schedule's zone, as in cronie and supercronic; Debian's cron ignores it",
    );
}

function setDelay(settings: CronSettings, value: string, remark: (text: string) => void): void {
  const minutes = Number(value);
  if (!/^\d+$/.test(value) || minutes > 1440) {
    remark("it is no number of minutes up to 1440; it was left out");
    return;
  }
  settings.jitter = minutes > 0 ? `${value}m` : undefined;
  if (minutes > 0) remark("the jobs are late by up to so much, as in cronie; Debian's cron ignores it");
}

/** The environment of a job. */
export function environmentOf({ environment }: CronSettings): Record<string, unknown> {
  if (environment.size === 0) return {};
  const entries = [...environment].map(([name, value]) => [name, escapeDollars(value)]);
  return { environment: Object.fromEntries(entries) };
}
