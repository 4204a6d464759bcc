import { decodeBytes } from "./byte-text.ts";

/** The variables of an env file, and the lines that are none. */
export interface EnvFileContent {
  readonly variables: Readonly<Record<string, string>>;
  readonly faults: readonly EnvFileFault[];
}

/** What is wrong with a line of an env file. Its text is not repeated: it may be a secret. */
export interface EnvFileFault {
  /** counts from 1 */
  readonly line: number;
  readonly message: string;
}

const head = /[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:[=:][ \t]*|(?=\n|$|#))/y;
const nothing = /[ \t]*(?:#[^\n]*)?(?=\n|$)/y;
/** A quoted value may hold line breaks; a backslash keeps a quote from ending it. */
const quoted = /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"|'([^'\\]*(?:\\[\s\S][^'\\]*)*)'|`([^`]*)`/y;
const restOfLine = /[^\n]*/y;

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Reads the bytes of an env file. What is not UTF-8 reaches the process as it is, in the form of {@link decodeBytes}; in
 * UTF-16 no line could be read.
 */
export function readEnvFile(bytes: Buffer): EnvFileContent {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return { variables: {}, faults: [{ line: 1, message: "the file is UTF-16; save it as UTF-8" }] };
  return parseEnvFile(decodeBytes(bytes));
}

/**
 * Reads an env file by Compose's rules (https://docs.docker.com/reference/compose-file/services/#env_file-format): a `#` begins a
 * comment at the start of a line or after a blank, double quotes know `\n` and its like, single quotes nothing but
 * `\'`. A dollar sign is a dollar sign. A name without a value means the supervisor's own variable, which is there anyway.
 */
export function parseEnvFile(text: string): EnvFileContent {
  const source = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const variables = new Map<string, string>();
  const faults: EnvFileFault[] = [];
  let at = 0;
  let line = 1;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const match = expression.exec(source);
    if (match !== null) at = expression.lastIndex;
    return match;
  };
  while (at < source.length) {
    const start = at;
    if (take(nothing) === null) {
      const message = readLine(take, (char) => source.startsWith(char, at), variables);
      if (message !== undefined) faults.push({ line, message });
    }
    take(restOfLine);
    at += 1;
    line += source.slice(start, at).split("\n").length - 1;
  }
  return { variables: Object.fromEntries(variables), faults };
}

/** Reads the assignment that begins here. @returns what is wrong with it, where something is */
function readLine(
  take: (expression: RegExp) => RegExpExecArray | null,
  isNext: (char: string) => boolean,
  variables: Map<string, string>,
): string | undefined {
  const [assignment, name] = take(head) ?? [];
  if (assignment === undefined || name === undefined) return "expected NAME=value";
  if (!/[=:]/.test(assignment)) return undefined;
  const keep = (key: string, value: string): string | undefined => {
    if (key === "__proto__") return "__proto__ is no name for a variable";
    if (value.includes("\0")) return `${key} holds a NUL byte, which no program can be given`;
    variables.set(key, value);
    return undefined;
  };
  if (!['"', "'", "`"].some(isNext)) {
    const [rest = ""] = take(restOfLine) ?? [];
    const hasBlank = /[ \t]$/.test(assignment);
    return keep(name, rest.replace(hasBlank ? /(^|\s)#.*$/ : /\s#.*$/, "").trim());
  }
  const [, double, single, back] = take(quoted) ?? [];
  const value = double === undefined ? (single?.replaceAll("\\'", "'") ?? back) : unescapeText(double);
  if (value === undefined) return `the quote of ${name} is not closed`;
  const problem = keep(name, value);
  return take(nothing) === null ? `something stands behind the quote of ${name}` : problem;
}

function unescapeText(text: string): string {
  return text.replace(/\\([nrt\\"$])/g, (_, char: string) => escapes[char] ?? char);
}
