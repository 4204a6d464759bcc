import { expandHostRange, HostRangeError } from "./host-range.ts";
import { splitWords, UnfinishedQuoteError, type Word } from "./shlex.ts";
import { parseValue, type VariableValue } from "./value.ts";

/** Variables in the order of the file. */
export type Variables = Record<string, VariableValue>;

/** One thing that a line of the inventory says. `line` counts from 1. */
export type InventoryEntry =
  | { kind: "hosts"; group: string; names: string[]; port: number | undefined; vars: Variables; line: number }
  | { kind: "group"; group: string; line: number }
  | { kind: "children"; group: string; child: string; line: number }
  | { kind: "vars"; group: string; vars: Variables; line: number };

/** A problem of an inventory, at a place in it (both from 1). */
export interface InventoryProblem {
  line: number;
  column: number;
  message: string;
  hint?: string;
}

type SectionKind = "hosts" | "children" | "vars";
interface Section {
  group: string;
  kind: SectionKind;
}

/** Reads Ansible's INI inventory. Every problem is collected; entries of good lines are returned beside them. */
export function parseIni(text: string): { entries: InventoryEntry[]; problems: InventoryProblem[] } {
  const entries: InventoryEntry[] = [];
  const problems: InventoryProblem[] = [];
  let section: Section = { group: "ungrouped", kind: "hosts" };
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = index + 1;
    const trimmed = raw.trim();
    if (trimmed === "" || trimmed.startsWith("#") || trimmed.startsWith(";")) continue;
    try {
      if (trimmed.startsWith("[") && !isHostLine(trimmed)) {
        section = parseSection(raw, line);
        if (section.kind !== "vars") entries.push({ kind: "group", group: section.group, line });
      } else {
        entries.push(parseLine(raw, line, section));
      }
    } catch (error) {
      if (error instanceof LineError) problems.push({ line, ...error.problem });
      else throw error;
    }
  }
  return { entries, problems };
}

class LineError extends Error {
  constructor(readonly problem: { column: number; message: string; hint?: string }) {
    super(problem.message);
  }
}

/** `[::1]:22 key=value` is a host although it begins with a bracket. */
function isHostLine(trimmed: string): boolean {
  return (
    /^\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\](:\d+)?(\s|$)/.test(trimmed) &&
    !/^\[\w+:(vars|children|hosts)\]/.test(trimmed)
  );
}

function parseSection(raw: string, line: number): Section {
  const column = raw.indexOf("[") + 1;
  const match = /^\s*\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(raw);
  if (match === null) {
    throw new LineError({
      column,
      message: `cannot read the section header "${raw.trim()}"`,
      hint: "write [group], [group:children] or [group:vars]",
    });
  }
  const [, group = "", kind = "hosts"] = match;
  if (kind !== "hosts" && kind !== "children" && kind !== "vars") {
    throw new LineError({
      column: column + group.length + 2,
      message: `section [${group}:${kind}] has the unknown type "${kind}" (line ${line})`,
      hint: "known types: children, vars, hosts",
    });
  }
  return { group, kind };
}

function parseLine(raw: string, line: number, section: Section): InventoryEntry {
  switch (section.kind) {
    case "hosts":
      return { kind: "hosts", group: section.group, line, ...parseHostLine(raw) };
    case "children":
      return { kind: "children", group: section.group, child: parseChild(raw), line };
    case "vars":
      return { kind: "vars", group: section.group, vars: parseVariable(raw), line };
  }
}

function parseHostLine(raw: string): { names: string[]; port: number | undefined; vars: Variables } {
  const [first, ...rest] = splitLine(raw);
  if (first === undefined)
    throw new LineError({ column: 1, message: "cannot find a host name on this line" });
  const { pattern, port } = splitPort(first);
  const names = expandNames(pattern, first.column);
  const vars: Variables = {};
  for (const word of rest) {
    const at = word.text.indexOf("=");
    if (at < 1) {
      throw new LineError({
        column: word.column,
        message: `cannot read "${word.text}" as a variable of host ${pattern}: expected key=value`,
        hint: "put values with spaces in quotes, and each host on a line of its own",
      });
    }
    vars[word.text.slice(0, at)] = parseValue(word.text.slice(at + 1));
  }
  return { names, port, vars };
}

function splitLine(raw: string): Word[] {
  try {
    return splitWords(raw);
  } catch (error) {
    if (!(error instanceof UnfinishedQuoteError)) throw error;
    throw new LineError({
      column: error.column,
      message: `cannot find the end of the quote ${error.quote}`,
      hint: "close the quote on the same line",
    });
  }
}

function expandNames(pattern: string, column: number): string[] {
  try {
    return expandHostRange(pattern);
  } catch (error) {
    if (!(error instanceof HostRangeError)) throw error;
    throw new LineError({ column, message: error.message });
  }
}

/** `name:22`, `[::1]:22`, or a name alone. An IPv6 address without brackets has no port. */
function splitPort(word: Word): { pattern: string; port: number | undefined } {
  const bracketed = /^\[([0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)\](?::(\d+))?$/.exec(word.text);
  const plain = /^((?:[^:[\]]|\[[^\]]*\])+):(\d+)$/.exec(word.text);
  const match = bracketed ?? plain;
  if (match === null) return { pattern: word.text, port: undefined };
  const port = match[2] === undefined ? undefined : Number(match[2]);
  if (port !== undefined && (port < 1 || port > 65535)) {
    throw new LineError({
      column: word.column,
      message: `port ${port} of host ${match[1]} is not between 1 and 65535`,
    });
  }
  return { pattern: match[1] ?? word.text, port };
}

function parseChild(raw: string): string {
  const [first, extra] = splitLine(raw);
  if (first === undefined || extra !== undefined) {
    throw new LineError({
      column: extra?.column ?? 1,
      message: `cannot read "${raw.trim()}" as a group name`,
      hint: "a :children section has one group a line",
    });
  }
  return first.text;
}

function parseVariable(raw: string): Variables {
  const at = raw.indexOf("=");
  const key = raw.slice(0, Math.max(at, 0)).trim();
  if (at < 0 || key === "") {
    throw new LineError({
      column: raw.length - raw.trimStart().length + 1,
      message: `cannot read "${raw.trim()}" as a variable: expected key=value`,
    });
  }
  return { [key]: parseValue(raw.slice(at + 1).trim()) };
}
