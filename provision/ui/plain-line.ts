import { makeOneLine } from "../../shared/visible-text.ts";
import type { RunEvent } from "../fleet/event.ts";
import { printOut } from "./terminal.ts";

/** Prints what the plain display shows of an event. */
export function printPlainLine(event: RunEvent, verbose: boolean): void {
  const text = formatPlainLine(event, verbose);
  if (text !== undefined) printOut(`${event.host} | ${makeOneLine(text)}\n`);
}

/**
 * Progress for pipes, logs and CI: one line when a step of a host begins, one when it ends.
 *
 * @param verbose show commands too: `#` before what runs as root, `$` before the rest
 */
export function formatPlainLine(event: RunEvent, verbose: boolean): string | undefined {
  switch (event.event) {
    case "step_started":
      return `${event.step} …`;
    case "message":
      return event.text;
    case "step_finished": {
      const { step, status, seconds } = event;
      return `${step}: ${status} (${seconds.toFixed(1)} s)`;
    }
    case "command_started":
      return verbose ? `${event.as_root ? "#" : "$"} ${event.summary}` : undefined;
    case "host_finished":
      return formatEnd(event.outcome.status, event.outcome.changes.length > 0);
    default:
      return undefined;
  }
}

/** A line for hosts of which no step told anything; the summary comes at the end for all. */
function formatEnd(status: string, changed: boolean): string | undefined {
  if (status === "pending") return "would change";
  if (status === "ok" && !changed) return "nothing to change";
  if (status === "failed" || status === "unreachable") return status;
  return status === "skipped" || status === "interrupted" ? status : undefined;
}
