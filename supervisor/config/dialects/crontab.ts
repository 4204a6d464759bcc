import { JobNames, listCrontabLines, nameCommand } from "./crontab-line.ts";
import type { Converted } from "./supervisord.ts";

/** cron's other names for ours. */
const nicknames: Readonly<Record<string, string>> = { "@annually": "@yearly", "@midnight": "@daily" };

interface Settings {
  readonly environment: Record<string, string>;
  shell: string;
  timezone: string | undefined;
}

/**
 * Converts a crontab (crontab(5) of Debian's cron and of cronie).
 * @param hasUser a system crontab, such as /etc/crontab, names a user before the command
 */
export function convertCrontab(text: string, hasUser: boolean): Converted {
  const settings: Settings = { environment: {}, shell: "/bin/sh", timezone: undefined };
  const names = new JobNames();
  const remarks = [
    "cron does not make up for missed runs, and starts a job also while it is still running: so do the defaults here.",
    "Without them, missed runs are made up for once, and a run that would overlap is skipped.",
  ];
  const tasks: Record<string, unknown> = {};
  for (const line of listCrontabLines(text)) {
    if (line.kind === "variable") {
      setVariable(settings, line.name, line.value, remarks);
      continue;
    }
    const job = readJob(line.text, hasUser);
    if (job === undefined) {
      remarks.push(`${JSON.stringify(line.text)} is no job and was left out`);
      continue;
    }
    if (/^\S+\s+\S+\s+\*\/\S+\s+\S+\s+[^*\s]/.test(job.schedule)) {
      remarks.push(
        `${job.schedule}: cron runs it when both the day and the weekday fit, and this when either does`,
      );
    }
    tasks[names.take(nameCommand(job.command))] = {
      command: commandOf(job.command, settings.shell),
      schedule: job.schedule,
      ...(settings.timezone === undefined ? {} : { timezone: settings.timezone }),
      ...(job.user === undefined ? {} : { user: job.user }),
      ...workingDirOf(settings.environment),
    };
  }
  return { file: { defaults: { catch_up: false, overlap: "allow" }, tasks }, remarks };
}

function setVariable(settings: Settings, name: string, value: string, remarks: string[]): void {
  switch (name) {
    case "SHELL":
      settings.shell = value;
      break;
    case "CRON_TZ":
    case "TZ":
      settings.timezone = value || undefined;
      break;
    case "MAILTO":
      if (value !== "") remarks.push(`MAILTO=${value}: give a job on_failure or ping_url to hear of it`);
      break;
    default:
      settings.environment[name] = value;
  }
}

function workingDirOf(environment: Readonly<Record<string, string>>): Record<string, unknown> {
  const { HOME: home, ...rest } = environment;
  return {
    ...(home === undefined ? {} : { working_dir: home }),
    ...(Object.keys(rest).length === 0 ? {} : { environment: rest }),
  };
}

function readJob(
  text: string,
  hasUser: boolean,
): { schedule: string; user: string | undefined; command: string } | undefined {
  // cronie's and SUSE's "-" keeps a job out of the system's log.
  const line = text.replace(/^-/, "");
  const match = /^(@[a-z]+|(?:\S+\s+){4}\S+)\s+(.*)$/i.exec(line);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  const words = match[1].split(/\s+/).join(" ");
  const schedule = nicknames[words.toLowerCase()] ?? words;
  if (!hasUser) return { schedule, user: undefined, command: match[2] };
  const [, user, command] = /^(\S+)\s+(.*)$/.exec(match[2]) ?? [];
  return user === undefined || command === undefined ? undefined : { schedule, user, command };
}

/**
 * A `%` begins the input of the command, and further ones are line breaks in it; `\%` is a percent sign (crontab(5)).
 * A dollar sign belongs to the shell.
 */
function commandOf(text: string, shell: string): string[] {
  const [command = "", ...input] = text.split(/(?<!\\)%/).map((part) => part.replaceAll("\\%", "%"));
  const own = command.trim().replaceAll("$", "$$$$");
  if (input.length === 0) return [shell, "-c", own];
  const given = `${input.join("\n")}\n`.replaceAll("$", "$$$$");
  return ["/bin/sh", "-c", `printf %s "$$2" | "$$0" -c "$$1"`, shell, own, given];
}
