import { exitCodeOf, type HostOutcome, unfinishedHosts } from "../../fleet/outcome.ts";
import { resumeCommand } from "../../fleet/resume.ts";
import { formatSummary } from "../../ui/summary.ts";
import { printJsonText } from "../../ui/terminal.ts";
import { visibleValues } from "../../ui/visible-values.ts";
import type { JsonForm } from "../options/options.ts";
import type { Session } from "./session.ts";

/** Prints the outcomes and says with which code to exit. */
export function reportOutcomes(session: Session, outcomes: HostOutcome[]): number {
  session.say(`\n${formatSummary(visibleValues(outcomes), session.options.diff === true)}`);
  const unfinished = unfinishedHosts(outcomes);
  if (unfinished.length > 0) {
    const command = resumeCommand(session.options.args, unfinished);
    session.say(`\nto go on (what is done is not done again): ${command}`);
  }
  return exitCodeOf(outcomes);
}

/** Prints a command's result: a document, or with `events` the last line of them. */
export function printJson(value: object, form: JsonForm = "result"): void {
  if (form === "events") printJsonText({ event: "result", ...value });
  else printJsonText(value, 2);
}
