/** At most so many of the last lines are shown. */
const LINES = 8;

/** What a host said, as the end of a message: `:` and its last lines, indented. Empty where it said nothing. */
export function quoteWords(text: string): string {
  const lines = text
    .replaceAll("\r", "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-LINES);
  return lines.length === 0 ? "" : `:\n${lines.map((line) => `    ${line}`).join("\n")}`;
}

/** The first text of the table whose pattern is in the words; a hint beside the words themselves, which are always shown. */
export function findHint(words: string, table: readonly (readonly [RegExp, string])[]): string | undefined {
  return table.find(([pattern]) => pattern.test(words))?.[1];
}
