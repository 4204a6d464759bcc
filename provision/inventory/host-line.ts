import type { Assignment, Line } from "./entry.ts";
import type { Findings, Place } from "./findings.ts";
import { parseHostAddress } from "./host-address.ts";
import { expandHostRange, HostRangeError } from "./host-range.ts";
import { parseIniValue, quoteOnHostLine } from "./ini-value.ts";
import { type SplitLine, splitLine, UnfinishedQuoteError, type Word } from "./python/shlex.ts";
import { isSecretName } from "./secret-name.ts";

export interface HostLine {
  names: string[];
  port: number | undefined;
  variables: Assignment[];
}

/** Reads `name[1:3]:port key=value …`; undefined where the line has no host to it, which `findings` then says. */
export function parseHostLine({ text, at }: Line, findings: Findings): HostLine | undefined {
  const placeOf = (column: number): Place => ({ line: at.line, column: at.column + column - 1 });
  const split = splitHostLine(text, placeOf, findings);
  if (split === undefined) return undefined;
  const [first, ...rest] = split.words;
  if (first === undefined || first.text === "") {
    findings.refuse(at, "cannot find a host name on this line");
    return undefined;
  }
  const secretFrom = split.words.find(({ text: word }) => isSecretName(word.split("=", 1)[0] ?? ""))?.column;
  const show = (word: string, column: number): string =>
    column > (secretFrom ?? Number.POSITIVE_INFINITY) ? "…" : `"${word}"`;
  if (split.cutAt !== undefined) {
    const lost = show(text.slice(split.cutAt - 1), split.cutAt);
    const hint = "put what belongs together in quotes, or a blank before a comment";
    findings.warn(placeOf(split.cutAt), `${lost} is not read: an unquoted # ends the line`, hint);
  }
  const address = expandAddress(first.text, at, findings);
  warnOfPlainNames(rest, placeOf, findings);
  const variables = joinAssignments(rest, text, placeOf, findings).map((word) =>
    parseAssignment(
      { ...word, shown: show(word.text, word.column) },
      first.text,
      placeOf(word.column),
      findings,
    ),
  );
  if (address === undefined) return undefined;
  return { ...address, variables: variables.filter((variable) => variable !== undefined) };
}

/** Names that people write for Ansible's own: they would be variables of the stack, and the host is reached otherwise. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ["host", "ansible_host"],
  ["ssh_host", "ansible_host"],
  ["user", "ansible_user"],
  ["ssh_user", "ansible_user"],
  ["username", "ansible_user"],
  ["port", "ansible_port"],
  ["ssh_port", "ansible_port"],
  ["password", "ansible_password"],
  ["ssh_password", "ansible_password"],
  ["ssh_pass", "ansible_password"],
  ["connection", "ansible_connection"],
  ["key", "ansible_ssh_private_key_file"],
  ["ssh_key", "ansible_ssh_private_key_file"],
  ["private_key", "ansible_ssh_private_key_file"],
  ["private_key_file", "ansible_ssh_private_key_file"],
]);

function warnOfPlainNames(
  words: readonly Word[],
  placeOf: (column: number) => Place,
  findings: Findings,
): void {
  const given = new Set(
    words.filter(({ text }) => text.includes("=")).map(({ text }) => text.split("=", 1)[0]),
  );
  for (const { text, column } of words) {
    const [name = "", value] = text.split("=", 2);
    const meant = MEANT.get(name);
    if (meant === undefined || value === undefined || given.has(meant)) continue;
    // A password does not belong on a terminal.
    const shown = isSecretName(meant) ? "…" : value;
    const hint = `to reach the host with it, write: ${meant}=${shown}`;
    findings.warn(
      placeOf(column),
      `${name} is a variable of your own, and says nothing about the connection`,
      hint,
      name,
    );
  }
}

/**
 * Refuses `name = value` and `name={{ value }}` once, with the line to write: to Ansible, each of their words is one of its
 * own. Returns the words that are left.
 */
function joinAssignments(
  words: readonly Word[],
  text: string,
  placeOf: (column: number) => Place,
  findings: Findings,
): Word[] {
  const left: Word[] = [];
  const lastEnd = words.findLastIndex((word) => word.text.includes("}}"));
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] as Word;
    const spaced =
      readSpaced(words, index) ?? (index < lastEnd ? readTemplate(words, index, text) : undefined);
    if (spaced === undefined) left.push(word);
    else {
      const { count, problem, line } = spaced;
      findings.refuse(placeOf(word.column), problem, `write: ${line}`);
      index += count - 1;
    }
  }
  return left;
}

interface Spaced {
  /** how many words it takes */
  count: number;
  problem: string;
  line: string;
}

/** `name = value`, `name =value`, `name= value`. */
function readSpaced(words: readonly Word[], index: number): Spaced | undefined {
  const [first = "", second = "", third = ""] = words.slice(index, index + 3).map(({ text }) => text);
  const name = /^([A-Za-z_]\w*)(=?)$/.exec(first);
  if (name === null) return undefined;
  const [, key = "", equals] = name;
  const isBefore = equals === "" && second.startsWith("=");
  // `name=` alone is an empty value; a value follows only where the next word is no assignment itself.
  const isAfter = equals === "=" && second !== "" && !second.includes("=");
  if (!isBefore && !isAfter) return undefined;
  const count = isBefore && second === "=" && third !== "" ? 3 : 2;
  const value = count === 3 ? third : second.replace(/^=/, "");
  const shown = isSecretName(key) ? "…" : /\s/.test(value) ? `"${value}"` : value;
  return { count, problem: `a host line has no blanks around the = of ${key}`, line: `${key}=${shown}` };
}

/** `name={{ value }}` without quotes; a later word has the end. */
function readTemplate(words: readonly Word[], index: number, text: string): Spaced | undefined {
  const { text: first, column } = words[index] as Word;
  if (!/^\w+=\{\{(?!.*\}\})/.test(first)) return undefined;
  let end = index + 1;
  while (!words[end]?.text.includes("}}")) end += 1;
  // As it was written: quotes are gone from the words.
  const written = text.slice(column - 1, text.indexOf("}}", column) + 2);
  const name = first.slice(0, first.indexOf("="));
  const value = written.slice(name.length + 1);
  const quote = value.includes('"') ? "'" : '"';
  return {
    count: end - index + 1,
    problem: `the value of ${name} has blanks`,
    line: `${name}=${quote}${value}${quote}`,
  };
}

function splitHostLine(
  text: string,
  placeOf: (column: number) => Place,
  findings: Findings,
): SplitLine | undefined {
  try {
    return splitLine(text);
  } catch (error) {
    if (!(error instanceof UnfinishedQuoteError)) throw error;
    const what =
      error.quote === "\\" ? "what the \\ at the end escapes" : `the end of the quote ${error.quote}`;
    findings.refuse(placeOf(error.column), `cannot find ${what}`, "close it on the same line");
    return undefined;
  }
}

/** @param word with how it is shown: behind a password it may be a part of that */
function parseAssignment(
  word: Word & { shown: string },
  host: string,
  at: Place,
  findings: Findings,
): Assignment | undefined {
  const equals = word.text.indexOf("=");
  if (equals >= 1) {
    const name = word.text.slice(0, equals);
    const value = parseIniValue(name, word.text.slice(equals + 1), at, findings, quoteOnHostLine);
    return { name, value, at };
  }
  const hint = "put values with blanks in quotes, and each host on a line of its own";
  findings.refuse(at, `cannot read ${word.shown} as a variable of host ${host}: expected key=value`, hint);
  return undefined;
}

function expandAddress(
  text: string,
  at: Place,
  findings: Findings,
): { names: string[]; port: number | undefined } | undefined {
  const address = parseHostAddress(text);
  const { pattern, port } = address ?? { pattern: text, port: undefined };
  if (text.endsWith(":") && port === undefined) {
    const hint =
      "write the port after it, or leave it out; a YAML inventory is not read, only Ansible's INI format";
    findings.refuse(at, `host ${text} ends with a colon`, hint);
    return undefined;
  }
  const login = /^([\w.-]+)@([^@\s]+)$/.exec(text);
  if (login !== null) {
    const [, user, host] = login;
    findings.refuse(
      at,
      `cannot read ${text}: a host has no user in its name`,
      `write: ${host} ansible_user=${user}`,
    );
    return undefined;
  }
  if (pattern === "---") {
    findings.refuse(at, "this looks like YAML", "the inventory is read in Ansible's INI format only");
    return undefined;
  }
  if (port !== undefined && (port < 1 || port > 65535)) {
    findings.refuse(at, `port ${port} of host ${pattern} is not between 1 and 65535`);
    return undefined;
  }
  try {
    const names = expandHostRange(pattern);
    if (address === undefined && /:\d+$/.test(text)) {
      const hint = "an IPv6 address with a port stands in brackets: [2001:db8::1]:22";
      findings.warn(at, `the port is part of the name ${names[0]}: this is no host:port`, hint);
    }
    return { names, port };
  } catch (error) {
    if (!(error instanceof HostRangeError)) throw error;
    findings.refuse(at, error.message);
    return undefined;
  }
}
