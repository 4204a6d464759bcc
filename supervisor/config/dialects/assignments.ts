/** What supervisord lets stand in a word, and the marks that stand for a variable here. */
const wordChar = /[A-Za-z0-9_/.+\-():\uE000\uE001]/;

/**
 * The words of a text as Python's shlex finds them in its old mode, which supervisord up to 4.3 uses: text in quotes is
 * one with them, a quote within a word is a letter, `#` begins a comment, and any other character is a word of its own.
 * Undefined where a quote is not closed.
 */
function listTokens(text: string): string[] | undefined {
  const tokens: string[] = [];
  let word = "";
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? "";
    const isQuote = char === "'" || char === '"';
    if (char === "#") {
      const end = text.indexOf("\n", at);
      at = end < 0 ? text.length : end;
    } else if (wordChar.test(char) || (isQuote && word !== "")) word += char;
    else {
      if (word !== "") tokens.push(word);
      word = "";
      if (isQuote) {
        const end = text.indexOf(char, at + 1);
        if (end < 0) return undefined;
        tokens.push(text.slice(at, end + 1));
        at = end;
      } else if (!/[ \t\r\n]/.test(char)) tokens.push(char);
    }
  }
  return word === "" ? tokens : [...tokens, word];
}

/** `A="1",B='x, y',C=plain` as supervisord reads it; undefined where it refuses it. */
export function splitAssignments(text: string): Map<string, string> | undefined {
  const tokens = listTokens(text);
  if (tokens === undefined) return undefined;
  const variables = new Map<string, string>();
  // Whatever stands between two of them is passed over.
  for (let at = 0; at < tokens.length; at += 4) {
    const [name, equals, value] = tokens.slice(at, at + 3);
    if (name === undefined || equals !== "=" || value === undefined) return undefined;
    variables.set(name, value.replace(/^['"]+|['"]+$/g, ""));
  }
  return variables;
}
