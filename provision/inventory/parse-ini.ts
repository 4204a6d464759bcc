import type { Assignment, Entry, Line, SectionKind } from "./entry.ts";
import type { Findings } from "./findings.ts";
import { parseHostLine } from "./host-line.ts";
import { parseIniValue, quoteOnce } from "./ini-value.ts";
import { splitLines, strip } from "./python/python-text.ts";
import { isSecretName } from "./secret-name.ts";

const SECTIONS: readonly string[] = ["hosts", "children", "vars"] satisfies SectionKind[];

/**
 * Reads Ansible's INI inventory, line by line as its `ini` plugin (2.14) does. Every problem is collected in `findings`;
 * the entries of the good lines are returned.
 */
export function parseIni(text: string, findings: Findings): Entry[] {
  const entries: Entry[] = [];
  let group = "ungrouped";
  let section: SectionKind = "hosts";
  for (const [index, raw] of splitLines(text.replace(/^\uFEFF/, "")).entries()) {
    const stripped = strip(raw);
    if (stripped === "" || stripped.startsWith("#") || stripped.startsWith(";")) continue;
    const line: Line = { text: stripped, at: { line: index + 1, column: raw.indexOf(stripped) + 1 } };
    const header = parseHeader(line, findings);
    if (header === "refused") continue;
    if (header !== undefined) {
      ({ group, section } = header);
      entries.push({ kind: "section", group, section, at: line.at });
      continue;
    }
    const entry = parseEntry(line, group, section, findings);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** Undefined where the line is no header, such as `[2001:db8::1]:22` and `[a:c].example.org`. */
function parseHeader(
  { text, at }: Line,
  findings: Findings,
): { group: string; section: SectionKind } | "refused" | undefined {
  const match = /^\[([^:\]\s]+)(?::([\p{L}\p{N}_]+))?\]\s*(?:#.*)?$/u.exec(text);
  if (match === null) {
    const written =
      /^(?:\[{0,2}\s*)([\p{L}_][\p{L}\p{N}_.-]*(?:\s*:\s*(?:children|vars|hosts))?)\s*\]{0,2}$/u.exec(text);
    if (written !== null && /[[\]]/.test(text)) {
      findings.refuse(
        at,
        `cannot read the section header ${text}`,
        `write: [${written[1]?.replace(/\s/g, "")}]`,
      );
      return "refused";
    }
    if (!/^\[.*\](?:\s*;.*)?$/.test(text)) return undefined;
    const hint =
      "write [group], [group:children] or [group:vars], without blanks; a comment after it begins with #";
    findings.refuse(at, `cannot read the section header ${text}`, hint);
    return "refused";
  }
  const [, group = "", section = "hosts"] = match;
  if (isSection(section)) return { group, section };
  const place = { line: at.line, column: at.column + group.length + 2 };
  findings.refuse(
    place,
    `section [${group}:${section}] has the unknown type "${section}"`,
    "known: children, vars",
  );
  return "refused";
}

function isSection(word: string): word is SectionKind {
  return SECTIONS.includes(word);
}

function parseEntry(line: Line, group: string, section: SectionKind, findings: Findings): Entry | undefined {
  if (section === "hosts") {
    const hosts = parseHostLine(line, findings);
    return hosts && { kind: "hosts", group, ...hosts, at: line.at };
  }
  if (section === "children") {
    const child = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line.text)?.[1];
    if (child !== undefined) return { kind: "child", group, child, at: line.at };
    findings.refuse(
      line.at,
      `cannot read "${line.text}" as a group name`,
      "a :children section has one group a line",
    );
    return undefined;
  }
  const variable = parseVariable(line, findings);
  return variable && { kind: "variable", group, variable, at: line.at };
}

/** `name = value`: all that follows the first `=` is the value, a comment included unless Python would skip it. */
function parseVariable({ text, at }: Line, findings: Findings): Assignment | undefined {
  const equals = text.indexOf("=");
  const name = strip(text.slice(0, Math.max(equals, 0)));
  if (name === "") {
    findings.refuse(at, `cannot read "${text}" as a variable: expected key=value`);
    return undefined;
  }
  const written = strip(text.slice(equals + 1));
  const value = parseIniValue(name, written, at, findings, quoteOnce);
  const comment = typeof value === "string" && value === written ? /\s#/.exec(text.slice(equals)) : null;
  if (comment !== null) {
    const place = { line: at.line, column: at.column + equals + comment.index + 1 };
    const hint = `put the comment on a line of its own, or quote the value: ${name}="${isSecretName(name) ? "…" : written}"`;
    findings.warn(place, `what follows the # is part of the value of ${name}`, hint);
  }
  return { name, value, at };
}
