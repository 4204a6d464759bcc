import type { Notes, Place } from "./converted.ts";

/** A text with the name of the file that it is of. */
export interface SourceText {
  readonly file: string;
  readonly text: string;
}

/** A value, and the line of its key. */
export interface IniValue {
  readonly text: string;
  readonly place: Place;
}

/** A section of an INI file: its name, and its keys (in lower case) in order. */
export interface IniSection {
  readonly name: string;
  readonly place: Place;
  readonly values: ReadonlyMap<string, IniValue>;
}

interface OpenValue {
  readonly lines: string[];
  readonly place: Place;
}

/**
 * Reads INI files as Python's configparser does for supervisord (https://docs.python.org/3/library/configparser.html):
 * `;` and `#` begin a comment at the start of a line or after a blank, a line that is indented more than the key before
 * it goes on with its value as a line of its own, and a section that comes again is gone on with.
 */
export function parseIni(sources: readonly SourceText[], notes: Notes): IniSection[] {
  const sections = new Map<string, { place: Place; values: Map<string, OpenValue> }>();
  for (const { file, text } of sources) {
    let section: Map<string, OpenValue> | undefined;
    let value: OpenValue | undefined;
    let indent = 0;
    for (const [index, full] of text
      .replace(/^\uFEFF/, "")
      .split(/\r?\n/)
      .entries()) {
      const place = { file, line: index + 1 };
      const line = full.replace(/(^|\s)[;#].*$/, "$1");
      const content = line.trim();
      if (content === "") {
        // An empty line within a value is a part of it; a comment is none.
        if (full.trim() === "") value?.lines.push("");
        continue;
      }
      const ownIndent = line.length - line.trimStart().length;
      if (value !== undefined && ownIndent > indent) {
        value.lines.push(content);
        continue;
      }
      indent = ownIndent;
      const [, name] = /^\[(.+)\]/.exec(content) ?? [];
      if (name !== undefined) {
        const known = sections.get(name) ?? { place, values: new Map<string, OpenValue>() };
        sections.set(name, known);
        [section, value] = [known.values, undefined];
        continue;
      }
      const end = content.search(/[=:]/);
      const [key, text] = end < 0 ? ["", ""] : [content.slice(0, end).trim(), content.slice(end + 1).trim()];
      if (key === "" || section === undefined) {
        const reason = section === undefined ? "stands before the first section" : "is no key=value";
        notes.refuse(place, `${JSON.stringify(content)} ${reason}`);
        continue;
      }
      value = { lines: [text], place };
      section.delete(key.toLowerCase());
      section.set(key.toLowerCase(), value);
    }
  }
  return [...sections].map(([name, { place, values }]) => ({
    name,
    place,
    values: new Map(
      [...values].map(([key, { lines, place: at }]) => [
        key,
        { text: lines.join("\n").trimEnd(), place: at },
      ]),
    ),
  }));
}
