import { makeJson, makeVisible } from "../../supervisor/protocol/visible-text.ts";

/**
 * The way of all text to the operator's terminal: lines and colours act there, nothing else does. Words of a host have lost
 * their colours before (makePlain, makeOneLine).
 */
export function printOut(text: string): void {
  process.stdout.write(showLines(text));
}

/** As {@link printOut}, on stderr. */
export function printErr(text: string): void {
  process.stderr.write(showLines(text));
}

/** Prints a value on stdout, as JSON in which no character acts on a terminal; on one line unless it is indented. */
export function printJsonText(value: unknown, indent?: number): void {
  process.stdout.write(`${makeJson(value, indent)}\n`);
}

/** Text of several lines as a terminal may show it. */
export function showLines(text: string): string {
  return text.split("\n").map(makeVisible).join("\n");
}
