import type { TextReader } from "./text-reader.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

// Bytes and f-strings are no strings here: their prefixes are not in the list.
const prefix = `(?:[rRuU](?=['"]))?`;
const long = [`'''(?:[^\\\\]|\\\\.)*?'''`, `"""(?:[^\\\\]|\\\\.)*?"""`];
const short = [`'(?!'')(?:[^'\\\\]|\\\\.)*'`, `"(?!"")(?:[^"\\\\]|\\\\.)*"`];
const literal = new RegExp(`${prefix}(?:${[...long, ...short].join("|")})`, "suy");

/**
 * Reads Python string literals that stand side by side as one: `'a' "b"` is `ab`. Undefined where none stands.
 *
 * @throws UnreadableText for an escape that Python refuses, and for `\N{NAME}`, which needs the table of Unicode names
 */
export function readStrings(reader: TextReader): string | undefined {
  const parts: string[] = [];
  for (let found = reader.take(literal); found !== undefined; found = reader.take(literal)) {
    parts.push(evaluate(found, reader));
    reader.skipSpace();
  }
  return parts.length === 0 ? undefined : parts.join("");
}

function evaluate(found: string, reader: TextReader): string {
  const quoted = found.replace(/^\w/, "");
  const width = /^(?:'''|""")/.test(quoted) ? 3 : 1;
  const body = quoted.slice(width, -width);
  return /^r/i.test(found) ? body : resolveEscapes(body, reader);
}

function resolveEscapes(body: string, reader: TextReader): string {
  const escapes = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gsu;
  return body.replace(
    escapes,
    (whole, octal?: string, x?: string, u?: string, wide?: string, char?: string): string => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      // An unknown escape stays as it is, but these are half of a known one.
      if (char !== undefined) return "xuUN".includes(char) ? reader.fail() : (SIMPLE[char] ?? whole);
      const code = Number.parseInt(x ?? u ?? wide ?? "", 16);
      return code > 0x10ffff ? reader.fail() : String.fromCodePoint(code);
    },
  );
}
