import { isFile, printText } from "../../shared/io/print-text.ts";
import { UserError } from "../../shared/user-error.ts";
import { makeJson, makeVisible } from "../../shared/visible-text.ts";

/**
 * The way of all text to the operator's terminal: lines and colours act there, nothing else does. Words of a host have lost
 * their colours before (makePlain, makeOneLine).
 */
export function printOut(text: string): void {
  write(showLines(text));
}

/** As {@link printOut}, on stderr. */
export function printErr(text: string): void {
  process.stderr.write(showLines(text));
}

/** Prints a value on stdout, as JSON in which no character acts on a terminal; on one line unless it is indented. */
export function printJsonText(value: unknown, indent?: number): void {
  write(`${makeJson(value, indent)}\n`);
}

/** Text of several lines as a terminal may show it. */
export function showLines(text: string): string {
  return text.split("\n").map(makeVisible).join("\n");
}

/** The whole of a text, also where a disk fills up half-way; the work goes on whatever becomes of its words. */
function write(text: string): void {
  if (!isFile()) {
    process.stdout.write(text);
    return;
  }
  try {
    printText(text);
  } catch (error) {
    process.stdout.destroy(error as Error);
  }
}

/**
 * Keeps an output that nobody takes from ending what is being done on hosts. Who reads (head) may have enough.
 *
 * @returns tells why the output could not be written, if so
 */
export function watchOutput(): () => string | undefined {
  let trouble: string | undefined;
  const hear = (error: NodeJS.ErrnoException) => {
    const isEnough = error.code === "EPIPE";
    if (!isEnough)
      trouble ??= error instanceof UserError ? error.message : `cannot write the output (${error.code})`;
  };
  process.stdout.on("error", hear);
  process.stderr.on("error", () => {});
  return () => trouble;
}
