/** What supervisord's `%(name)s` stand for: a text, or a number that may be padded. */
export type Expansions = Readonly<Record<string, string | number>>;

const expression = /%%|%\((\w+)\)(\d*)[sdi]/g;

/**
 * A value of a supervisord.conf in our words: `%(ENV_HOME)s` becomes `${HOME}`, `%(process_num)02d` the number itself, and a
 * dollar sign, which means nothing there, stays one.
 */
export function expandExpressions(value: string, known: Expansions): string {
  return value.replaceAll("$", "$$$$").replace(expression, (whole, name?: string, width = "") => {
    if (name === undefined) return "%";
    if (name.startsWith("ENV_")) return `\${${name.slice(4)}}`;
    const found = Object.hasOwn(known, name) ? known[name] : undefined;
    if (found === undefined) return whole;
    const length = Number(width);
    return String(found).padStart(length, width.startsWith("0") ? "0" : " ");
  });
}

/** How `%(name)s` stands in a value: the widths that it is padded to; empty where it does not. */
export function listWidths(value: string, name: string): string[] {
  return [...value.matchAll(expression)].filter((match) => match[1] === name).map((match) => match[2] ?? "");
}

const assignment = /\s*([^\s=,"']+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^,"']*))\s*(?:,|$)/y;

/** `A="1",B='x, y',C=plain`; undefined where it is something else. */
export function splitEnvironment(text: string): Record<string, string> | undefined {
  const variables = new Map<string, string>();
  assignment.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ""; at = assignment.lastIndex) {
    const [, name, double, single, bare] = assignment.exec(text) ?? [];
    if (name === undefined) return undefined;
    variables.set(name, double ?? single ?? (bare ?? "").trim());
  }
  return Object.fromEntries(variables);
}
