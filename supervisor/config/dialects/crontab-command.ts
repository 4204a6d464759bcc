import { escapeDollars } from "./converted.ts";

/** A command of a crontab, and what cron writes to its input: null where there is nothing. */
export interface CronCommand {
  readonly command: string;
  readonly input: string | null;
}

/**
 * Takes a command apart as cron does: the first `%` begins its input, further ones are line breaks in it, and `\%` is a
 * percent sign (crontab(5)). The input ends with a line break.
 */
export function splitPercent(text: string): CronCommand {
  const parts = [""];
  let isEscaped = false;
  for (const char of text) {
    const last = parts.length - 1;
    if (char === "%" && isEscaped) parts[last] = `${parts[last]?.slice(0, -1)}%`;
    else if (char === "%") parts.push("");
    else parts[last] += char;
    isEscaped = char === "\\" && !isEscaped;
  }
  const [command = "", ...lines] = parts;
  const input = lines.join("\n");
  if (input === "") return { command: command.trim(), input: null };
  return { command: command.trim(), input: input.endsWith("\n") ? input : `${input}\n` };
}

/** The argv that runs a command with its input. A dollar sign belongs to the shell. */
export function toArgv({ command, input }: CronCommand, shell: string): string[] {
  const [ownShell, own] = [escapeDollars(shell), escapeDollars(command)];
  if (input === null) return [ownShell, "-c", own];
  return ["/bin/sh", "-c", `printf %s "$$2" | "$$0" -c "$$1"`, ownShell, own, escapeDollars(input)];
}
