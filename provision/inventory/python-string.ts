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

/** Reads Python string literals that stand side by side as one: `'a' "b"` is `ab`. Undefined where none stands or one is unfinished. */
export function readStrings(reader: TextReader): string | undefined {
  let text: string | undefined;
  for (;;) {
    const next = readString(reader);
    if (next === undefined) return text;
    text = (text ?? "") + next;
    reader.skipSpace();
  }
}

/** One literal: plain, raw (`r''`) or with the old `u` prefix. Bytes and f-strings are none. */
function readString(reader: TextReader): string | undefined {
  const opening = reader.take(/(?:[rRuU](?=['"]))?(?:'''|"""|'|")/y);
  if (opening === undefined) return undefined;
  const isRaw = /^r/i.test(opening);
  const quote = opening.replace(/^\w/, "");
  const body =
    quote.length === 3
      ? reader.take(quote === "'''" ? /(?:[^\\]|\\.)*?(?=''')/suy : /(?:[^\\]|\\.)*?(?=""")/suy)
      : reader.take(quote === "'" ? /(?:[^'\\]|\\.)*(?=')/suy : /(?:[^"\\]|\\.)*(?=")/suy);
  if (body === undefined) return undefined;
  reader.advance(quote.length);
  return isRaw ? body : unescape(body);
}

function unescape(body: string): string | undefined {
  let isValid = true;
  const escape = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|(.))/gsu;
  const text = body.replace(escape, (whole, octal?: string, x?: string, u?: string, long?: string, char?: string) => {
    if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
    const code = Number.parseInt(x ?? u ?? long ?? "0", 16);
    if (char === undefined && code <= 0x10ffff) return String.fromCodePoint(code);
    // `\N{DASH}` needs the table of Unicode names; the others are an error in Python too.
    if (char === undefined || "xuUN".includes(char)) isValid = false;
    return SIMPLE[char ?? ""] ?? whole;
  });
  return isValid ? text : undefined;
}
