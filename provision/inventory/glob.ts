import { type Wildcard, type WildcardPart, wildcardOf } from "../../shared/wildcard.ts";

/**
 * A shell glob for whole names: `*`, `?`, `[abc]`, `[a-c]`, `[!abc]`. Rules: Python's `fnmatch`, in which an unclosed bracket
 * stands for itself. Many stars take no longer than their number.
 *
 * @throws SyntaxError for a class such as `[c-a]`
 */
export function parseGlob(glob: string): Wildcard {
  // Behind the last bracket that closes none opens: each would be followed to the end in vain.
  const end = glob.lastIndexOf("]") + 1;
  const head = glob.slice(0, end).matchAll(/\[(!?)(\]?[^\]]*)\]|./gsu);
  return wildcardOf([
    ...[...head].map(([whole, not, members]) => parsePart(whole, not === "!", members)),
    ...[...glob.slice(end)].map((character) => parsePart(character, false, undefined)),
  ]);
}

function parsePart(whole: string, not: boolean, members: string | undefined): WildcardPart {
  if (whole === "*") return "*";
  if (whole === "?") return () => true;
  if (members === undefined || members === "") return (character) => character === whole;
  const expression = new RegExp(`[${not ? "^" : ""}${members.replace(/[\\^[\]&~|]/g, "\\$&")}]`, "su");
  return (character) => expression.test(character);
}

/**
 * A Python regular expression that matches from the beginning of a name, as `re.match`. What the two languages write
 * differently is translated: `(?P<name>…)`, `(?P=name)`, `\A`, `\Z` and flags at the beginning, `(?i)`.
 *
 * @throws SyntaxError
 */
export function parsePythonRegExp(text: string): RegExp {
  const flags = /^\(\?([aimsux]+)\)/.exec(text);
  const source = text
    .slice(flags?.[0].length ?? 0)
    .replace(/\\[\s\S]|\(\?P(<\w+>)|\(\?P=(\w+)\)/g, (whole, group?: string, reference?: string) => {
      if (group !== undefined) return `(?${group}`;
      if (reference !== undefined) return `\\k<${reference}>`;
      return whole === "\\A" ? "^" : whole === "\\Z" ? "$" : whole;
    });
  return new RegExp(
    `^(?:${source})`,
    [...(flags?.[1] ?? "")].filter((flag) => "ims".includes(flag)).join(""),
  );
}
