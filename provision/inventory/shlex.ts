/** A word of a line and the column (from 1) at which it begins. */
export interface Word {
  text: string;
  column: number;
}

/** Thrown by {@link splitWords} for a quote or an escape that the line does not finish. */
export class UnfinishedQuoteError extends Error {
  override readonly name = "UnfinishedQuoteError";
  constructor(
    readonly quote: string,
    readonly column: number,
  ) {
    super(`${quote} at column ${column} is not closed`);
  }
}

/**
 * Splits a line as Python's `shlex.split(line, comments=True)` does, which is what Ansible uses for host lines:
 * single quotes are literal, a backslash escapes outside quotes and, in double quotes, only `"` and `\`;
 * an unquoted `#` ends the line wherever it stands.
 *
 * @throws UnfinishedQuoteError
 */
export function splitWords(line: string): Word[] {
  const words: Word[] = [];
  let word: Word | undefined;
  const append = (char: string, at: number) => {
    word ??= { text: "", column: at + 1 };
    word.text += char;
  };
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === "#") break;
    if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === "\\") {
      if (i + 1 === line.length) throw new UnfinishedQuoteError("\\", i + 1);
      append(line.charAt(++i), i - 1);
    } else if (char === "'" || char === '"') {
      append("", i);
      const end = readQuoted(line, i, (text) => append(text, i));
      i = end;
    } else {
      append(char, i);
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Reads the quoted text that begins at `start`; returns the index of the closing quote. */
function readQuoted(line: string, start: number, append: (text: string) => void): number {
  const quote = line.charAt(start);
  for (let i = start + 1; i < line.length; i++) {
    const char = line.charAt(i);
    if (char === quote) return i;
    const next = line.charAt(i + 1);
    if (char === "\\" && quote === '"' && (next === '"' || next === "\\")) {
      append(next);
      i++;
    } else {
      append(char);
    }
  }
  throw new UnfinishedQuoteError(quote, start + 1);
}
