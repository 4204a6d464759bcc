/** A section of an INI file: its name, and its keys (in lower case) in order. */
export interface IniSection {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Reads an INI file as Python's configparser does for supervisord: `;` and `#` begin a comment at the start of a line or
 * after a blank, an indented line goes on with the value before it, and a section that comes again is gone on with.
 */
export function parseIni(text: string): IniSection[] {
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  let key = "";
  for (const full of text.replace(/^\uFEFF/, "").split(/\r?\n/)) {
    const line = full.replace(/(^|\s)[;#].*$/, "$1");
    if (line.trim() === "") continue;
    const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
    if (name !== undefined) {
      section = sections.get(name.trim()) ?? new Map();
      sections.set(name.trim(), section);
      key = "";
    } else if (/^\s/.test(line) && section?.has(key)) {
      section.set(key, `${section.get(key)} ${line.trim()}`.trim());
    } else if (section !== undefined) {
      const [, own = "", value = ""] = /^([^=:]+)[=:](.*)$/.exec(line) ?? [];
      key = own.trim().toLowerCase();
      if (key !== "") section.set(key, value.trim());
    }
  }
  return [...sections].map(([name, values]) => ({ name, values: Object.fromEntries(values) }));
}
