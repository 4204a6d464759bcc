import { appendFileSync, statSync } from "node:fs";
import { quoteArgv } from "../../shared/quote-argv.ts";
import { UserError } from "../../shared/user-error.ts";
import { makePlain } from "../../shared/visible-text.ts";
import type { Listener, RunEvent } from "../fleet/event.ts";

/**
 * Appends everything that happens to a file, a line each with time and host: for the question of the day after.
 *
 * @throws UserError `log_unwritable`, `log_open_to_all`
 */
export function openEventLog(file: string): Listener {
  const append = (text: string) => {
    try {
      // Commands of a host may name what the operator keeps to himself.
      appendFileSync(file, text, { mode: 0o600 });
    } catch (cause) {
      throw new UserError("log_unwritable", `cannot write the log ${file}: ${(cause as Error).message}`, {
        cause,
      });
    }
  };
  append("");
  const stats = statSync(file);
  if (stats.isFile() && (stats.mode & 0o007) !== 0) {
    const mode = (stats.mode & 0o777).toString(8).padStart(4, "0");
    throw new UserError("log_open_to_all", `every user may read or write the log ${file} (mode ${mode})`, {
      hint: `it may name what is nobody's business: chmod 600 ${quoteArgv([file])}`,
    });
  }
  return (event) => append(formatLogLines(event, new Date()));
}

/** An event as lines of a log: `2026-01-01T00:00:00.000Z web1 | step | done …`. */
export function formatLogLines(event: RunEvent, at: Date): string {
  return describe(event)
    .split("\n")
    .map((line) => `${at.toISOString()} ${event.host} | ${makePlain(line)}\n`)
    .join("");
}

function describe(event: RunEvent): string {
  switch (event.event) {
    case "step_started":
      return `== ${event.step}`;
    case "message":
      return event.text;
    case "step_finished":
      return `== ${event.step}: ${event.status} (${event.seconds} s)`;
    case "command_started":
      return `${event.as_root ? "#" : "$"} ${event.command}`;
    case "output":
      return `  ${event.line}`;
    case "command_finished":
      return `  exit code ${event.code} (${event.seconds} s)`;
    case "host_finished": {
      const { status, error } = event.outcome;
      return [`== ${status}`, error && `${error.step}: ${error.message}`, error?.hint]
        .filter(Boolean)
        .join("\n");
    }
  }
}
