import { isAnacronJob } from "./anacrontab.ts";
import { type CrontabLine, listCrontabLines } from "./crontab-line.ts";
import { type CronReader, isOfSupercronic, readTimes } from "./crontab-times.ts";
import { judgeUser } from "./crontab-user.ts";
import type { Dialect } from "./names.ts";

const supervisordSection =
  /^[ \t]*\[(program|supervisord|supervisorctl|group|include|eventlistener|fcgi-program|inet_http_server|unix_http_server|rpcinterface|ctlplugin)\b/m;
const systemdSection = /^[ \t]*\[(Unit|Service|Timer|Socket|Install)\][ \t]*\r?$/m;

const crontabName = /(^|[/._-])crontab(\.[\w-]+)?$|\.cron$|(^|\/)cron\.d\//;

/** A line with something wrong in its times is one all the same. */
const looksLikeCron = /^-?(@[a-z]+|[\dH*?~]\S*(\s+[\w*?~]\S*){4})\s+\S/i;

/** What a file most likely is, by its name and its lines; `systemd` is not read, and said to be none of ours. */
export function guessDialect(text: string, file: string): Dialect | "systemd" {
  if (systemdSection.test(text)) return "systemd";
  if (supervisordSection.test(text)) return "supervisord";
  if (/(^|\/)Procfile[^/]*$/i.test(file)) return "procfile";
  if (/^(tasks|programs|defaults|include)\s*:/m.test(text)) return "yaml";
  if (/anacrontab/i.test(file)) return "anacrontab";
  const lines = listCrontabLines(text, file);
  const jobs = lines.flatMap((line) => (line.kind === "job" ? [line.text] : []));
  // A line of an anacrontab with a name for its period looks like one of a crontab.
  const crons = jobs.filter((job) => isCronJob(job) && !(job.startsWith("@") && isAnacronJob(job)));
  if (crons.length === 0 && jobs.some(isAnacronJob)) return "anacrontab";
  if (jobs.length === 0 && isWithoutJobs(text, lines)) return "crontab";
  if (crons.length > 0 || crontabName.test(file))
    return isSystemCrontab(text, file, crons) ? "system-crontab" : "crontab";
  if (isProcfile(text)) return "procfile";
  return jobs.some((job) => looksLikeCron.test(job)) ? "crontab" : "yaml";
}

/** Names that crontab(5) has for cron itself. */
const cronVariables =
  /^(MAILTO|MAILFROM|SHELL|PATH|HOME|LOGNAME|CRON_TZ|TZ|RANDOM_DELAY|START_HOURS_RANGE|CONTENT_TYPE)$/;

/** A crontab whose jobs are gone, or were never written: what `crontab -e` begins with. */
function isWithoutJobs(text: string, lines: readonly CrontabLine[]): boolean {
  if (lines.length === 0) return /^#.*\b(dow|cron|crontab)\b/m.test(text);
  return lines.every((line) => line.kind === "variable" && cronVariables.test(line.name));
}

function isCronJob(text: string): boolean {
  const reader: CronReader = isOfSupercronic(text) ? "supercronic" : "cron";
  return /^-?[@\d*?~]/.test(text) && typeof readTimes(text.replace(/^-/, ""), reader) !== "string";
}

function isSystemCrontab(text: string, file: string, jobs: readonly string[]): boolean {
  if (/(^|\/)(etc\/crontab|cron\.d\/)/.test(file)) return true;
  if (jobs.length === 0 || jobs.some(isOfSupercronic)) return false;
  // The comment at the head of Debian's own.
  if (/^#.*\bdow\s+user(-name)?\s+command/im.test(text)) return true;
  return jobs.every((job) => {
    const times = readTimes(job.replace(/^-/, ""), "cron");
    return typeof times !== "string" && judgeUser(times.command) === "account";
  });
}

/** Nothing but lines `name: command`, as no tasks.yaml is. */
function isProcfile(text: string): boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !/^\s*#/.test(line));
  return lines.length > 0 && lines.every((line) => /^[A-Za-z0-9_-]+:\s+[^\s{["'&*|>-]/.test(line));
}
