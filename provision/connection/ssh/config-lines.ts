/** A line of ssh_config(5): a keyword and what follows it. */
export interface ConfigLine {
  /** in lower case: keywords have no case */
  keyword: string;
  /** the text after the keyword as it stands; a command is taken whole */
  rest: string;
  /** the text as words, without quotes and comment */
  words: string[];
}

/**
 * Reads the lines of ssh_config(5). Lines without a keyword and a value are passed over: `ssh` reports them, and here a
 * keyword of a later OpenSSH must not end the work.
 */
export function parseConfigLines(text: string): ConfigLine[] {
  const lines: ConfigLine[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const match = /^\s*"?(\w+)"?(?:\s*=\s*|\s+)(\S.*?)\s*$/.exec(raw);
    const [, keyword = "", rest = ""] = match ?? [];
    if (keyword !== "") lines.push({ keyword: keyword.toLowerCase(), rest, words: splitArguments(rest) });
  }
  return lines;
}

/** Words as OpenSSH's argv_split makes them: quotes of both kinds, `\` before a quote, `\` or space, `#` begins a comment. */
export function splitArguments(text: string): string[] {
  const words: string[] = [];
  const word =
    /\s*((?:\\["'\\ ]|"(?:\\["\\]|\\(?!["\\])|[^"\\])*"|'(?:\\['\\]|\\(?!['\\])|[^'\\])*'|[^\s"'])+)/y;
  for (let match = word.exec(text); match !== null; match = word.exec(text)) {
    const [, written = ""] = match;
    if (written.startsWith("#")) break;
    words.push(unquote(written));
  }
  return words;
}

/** A value as one word of ssh_config(5). */
export function quoteWord(value: string): string {
  return `"${value.replace(/["\\]/g, "\\$&")}"`;
}

function unquote(written: string): string {
  return written.replace(
    /\\(["'\\ ])|"((?:\\["\\]|\\(?!["\\])|[^"\\])*)"|'((?:\\['\\]|\\(?!['\\])|[^'\\])*)'/g,
    (_, escaped, double, single) => escaped ?? (double ?? single).replace(/\\(["'\\])/g, "$1"),
  );
}
