/** A section of an INI file: its name, and its keys in order. */
export interface IniSection {
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Reads an INI file as Python's configparser does for supervisord: `;` and `#` begin a comment line, ` ;` a comment at
 * the end of a line, and an indented line goes on with the value before it.
 */
export function parseIni(text: string): IniSection[] {
  const sections: { name: string; values: Record<string, string> }[] = [];
  let key = "";
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([;#]|$)/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line);
    const section = sections.at(-1);
    if (header?.[1] !== undefined) {
      sections.push({ name: header[1].trim(), values: {} });
      key = "";
    } else if (section !== undefined && /^\s/.test(line) && key !== "") {
      section.values[key] = `${section.values[key]} ${withoutComment(line.trim())}`;
    } else if (section !== undefined) {
      const [, name = "", value = ""] = /^([^=:]+)[=:](.*)$/.exec(line) ?? [];
      key = name.trim();
      if (key !== "") section.values[key] = withoutComment(value.trim());
    }
  }
  return sections;
}

function withoutComment(value: string): string {
  return value.replace(/\s+;.*$/, "");
}
