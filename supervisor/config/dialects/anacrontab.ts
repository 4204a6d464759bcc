import { type Converted, escapeDollars, Notes } from "./converted.ts";
import { type CrontabLine, listCrontabLines } from "./crontab-line.ts";
import { JobNames } from "./job-names.ts";

/** anacron's names of periods, as ours. A month is one of the calendar. */
const periods: Readonly<Record<string, Record<string, unknown>>> = {
  "@daily": { every: "1d" },
  "@weekly": { every: "7d" },
  "@monthly": { schedule: "@monthly" },
  "@yearly": { schedule: "@yearly" },
  "@annually": { schedule: "@yearly" },
};

const jobLine = /^(\S+)\s+(\d+)\s+(\S+)\s+(.*)$/;

interface Settings {
  readonly environment: Map<string, string>;
  shell: string;
  jitter: string | undefined;
}

/** Whether a line is one of an anacrontab: `period delay name command`. */
export function isAnacronJob(text: string): boolean {
  const [, period = "", , name = ""] = jobLine.exec(text) ?? [];
  return readPeriod(period) !== undefined && /^[A-Za-z][\w.-]*$/.test(name);
}

/** Converts an anacrontab: `period delay name command` (anacrontab(5)). A line may go on after a backslash. */
export function convertAnacrontab(text: string, file: string): Converted {
  const names = new JobNames();
  const notes = new Notes();
  const settings: Settings = { environment: new Map(), shell: "/bin/sh", jitter: undefined };
  const tasks: [string, unknown][] = [];
  for (const line of listCrontabLines(joinLines(text), file)) {
    if (line.kind === "variable") {
      applySetting(settings, line, notes);
      continue;
    }
    const [, period = "", , identifier = "", command = ""] = jobLine.exec(line.text) ?? [];
    const timing = readPeriod(period);
    if (timing === undefined || command === "") {
      notes.remark(line.place, `${JSON.stringify(line.text)} is no job and was left out`);
      continue;
    }
    const name = names.take(identifier);
    if (name !== identifier) notes.remark(line.place, `${identifier} is called ${name} here`);
    notes.locate(["tasks", name], line.place);
    const task = {
      command: [escapeDollars(settings.shell), "-c", escapeDollars(command)],
      ...timing,
      ...(settings.jitter === undefined ? {} : { jitter: settings.jitter }),
      ...(settings.environment.size === 0
        ? {}
        : { environment: Object.fromEntries([...settings.environment]) }),
    };
    tasks.push([name, task]);
  }
  if (tasks.length > 0)
    notes.remark(undefined, "The delays are left out: the jobs are a group, and run one after the other.");
  return {
    file: { defaults: { group: "anacron", working_dir: "/" }, tasks: Object.fromEntries(tasks) },
    notes,
  };
}

function readPeriod(text: string): Record<string, unknown> | undefined {
  if (/^[1-9]\d*$/.test(text)) return { every: `${text}d` };
  return Object.hasOwn(periods, text) ? periods[text] : undefined;
}

/** The lines keep their numbers: what is joined leaves empty ones behind. */
function joinLines(text: string): string {
  const lines = text.split(/\r?\n/);
  for (let index = lines.length - 2; index >= 0; index -= 1) {
    if (!lines[index]?.endsWith("\\") || lines[index]?.trimStart().startsWith("#")) continue;
    lines[index] = `${lines[index]?.slice(0, -1)} ${lines[index + 1]}`;
    lines[index + 1] = "";
  }
  return lines.join("\n");
}

function applySetting(
  settings: Settings,
  { name, value, place }: Extract<CrontabLine, { kind: "variable" }>,
  notes: Notes,
): void {
  const remark = (text: string): void => notes.remark(place, `${name}=${value}: ${text}`);
  if (name === "START_HOURS_RANGE") remark("give the jobs a schedule of these hours in place of every");
  else if (name === "PREFERRED_HOUR") remark("give the jobs a schedule of this hour in place of every");
  else if (name === "RANDOM_DELAY") {
    if (/^\d+$/.test(value)) settings.jitter = Number(value) > 0 ? `${value}m` : undefined;
    else remark("it is no number of minutes; it was left out");
  } else if (name === "LOGNAME") {
    if (value !== "root") remark("it does not change the user of the jobs; give them user");
  } else {
    if (name === "SHELL") settings.shell = value || "/bin/sh";
    if (name === "MAILTO" && value !== "")
      remark("nothing is mailed; give a job on_failure or ping_url to hear of it");
    settings.environment.set(name, escapeDollars(value));
  }
}
