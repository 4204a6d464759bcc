/** A word of a line and the column (from 1) at which it begins. */
export interface Word {
  text: string;
  column: number;
}

export interface SplitLine {
  words: Word[];
  /** column of the `#` that ends the line from within a word, as in `secret=ab#cd`; undefined where none does */
  cutAt: number | undefined;
}

/** Thrown by {@link splitLine} for a quote or an escape that the line does not finish. */
export class UnfinishedQuoteError extends Error {
  override readonly name = "UnfinishedQuoteError";
  constructor(
    readonly quote: string,
    readonly column: number,
  ) {
    super(`${quote} at column ${column} is not closed`);
  }
}

/** {@link splitLine} without the comment's place. */
export function splitWords(line: string): Word[] {
  return splitLine(line).words;
}

/**
 * Splits a line as Python's `shlex.split(line, comments=True)` does, which is what Ansible uses for host lines:
 * single quotes are literal, a backslash escapes outside quotes and, in double quotes, only `"` and `\`;
 * an unquoted `#` ends the line wherever it stands. (The package `shlex` knows neither comments nor columns.)
 *
 * @throws UnfinishedQuoteError
 */
export function splitLine(line: string): SplitLine {
  const words: Word[] = [];
  let word: Word | undefined;
  const append = (text: string, at: number) => {
    word ??= { text: "", column: at + 1 };
    word.text += text;
  };
  let cutAt: number | undefined;
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === "#") {
      if (word !== undefined) cutAt = i + 1;
      break;
    }
    if (" \t\r\n".includes(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "\\") {
      if (i + 1 === line.length) throw new UnfinishedQuoteError("\\", i + 1);
      append(line.charAt(i + 1), i);
      i += 1;
    } else if (char === "'" || char === '"') {
      const quoted = readQuoted(line, i);
      append(quoted.text, i);
      i = quoted.end;
    } else {
      append(char, i);
    }
  }
  if (word !== undefined) words.push(word);
  return { words, cutAt };
}

/** Reads the quoted text that begins at `start`; `end` is the index of the closing quote. */
function readQuoted(line: string, start: number): { text: string; end: number } {
  const quote = line.charAt(start);
  let text = "";
  for (let i = start + 1; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === quote) return { text, end: i };
    const next = line.charAt(i + 1);
    if (char === "\\" && quote === '"' && (next === '"' || next === "\\")) {
      text += next;
      i += 1;
    } else {
      text += char;
    }
  }
  throw new UnfinishedQuoteError(quote, start + 1);
}
