import { split } from "shlex";

/** The words of a command line, or undefined when a quote or a backslash is left open. */
export function splitWords(text: string): string[] | undefined {
  try {
    return split(text);
  } catch {
    return undefined;
  }
}
