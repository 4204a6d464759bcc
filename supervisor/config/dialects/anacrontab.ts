import { JobNames, listCrontabLines } from "./crontab-line.ts";
import type { Converted } from "./supervisord.ts";

/** anacron's names of periods, as ours. A month is one of the calendar. */
const periods: Readonly<Record<string, Record<string, unknown>>> = {
  "@daily": { every: "1d" },
  "@weekly": { every: "7d" },
  "@monthly": { schedule: "@monthly" },
  "@yearly": { schedule: "@yearly" },
};

/** Converts an anacrontab: `period delay name command` (anacrontab(5)). */
export function convertAnacrontab(text: string): Converted {
  const names = new JobNames();
  const remarks: string[] = [];
  const environment: Record<string, string> = {};
  let shell = "/bin/sh";
  let jitter: string | undefined;
  const tasks: Record<string, unknown> = {};
  for (const line of listCrontabLines(text)) {
    if (line.kind === "variable") {
      const { name, value } = line;
      if (name === "SHELL") shell = value;
      else if (name === "RANDOM_DELAY") jitter = Number(value) > 0 ? `${value}m` : undefined;
      else if (name === "START_HOURS_RANGE") {
        remarks.push(`START_HOURS_RANGE=${value}: give the jobs a schedule of these hours in place of every`);
      } else if (name === "MAILTO") {
        if (value !== "") remarks.push(`MAILTO=${value}: give a job on_failure or ping_url to hear of it`);
      } else if (name !== "LOGNAME") environment[name] = value;
      continue;
    }
    const [, period = "", , name = "", command = ""] = /^(\S+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line.text) ?? [];
    const timing = /^[1-9]\d*$/.test(period) ? { every: `${period}d` } : periods[period];
    if (timing === undefined) {
      remarks.push(`${JSON.stringify(line.text)} is no job and was left out`);
      continue;
    }
    tasks[names.take(name)] = {
      command: [shell, "-c", command.replaceAll("$", "$$$$")],
      ...timing,
      ...(jitter === undefined ? {} : { jitter }),
      ...(Object.keys(environment).length === 0 ? {} : { environment: { ...environment } }),
    };
  }
  if (Object.keys(tasks).length > 0) {
    remarks.push("The delays are left out: the jobs are a group, and run one after the other.");
  }
  return { file: { defaults: { group: "anacron" }, tasks }, remarks };
}
