/**
 * A shell glob as an expression for whole names: `*`, `?`, `[abc]`, `[a-c]`, `[!abc]`. Rules: Python's `fnmatch`, in which an
 * unclosed bracket stands for itself.
 *
 * @throws SyntaxError for a class such as `[c-a]`
 */
export function parseGlob(glob: string): RegExp {
  const part = /\*|\?|\[(!?)(\]?[^\]]*)\]|./gsu;
  const source = glob.replace(part, (whole, not?: string, members?: string) => {
    if (whole === "*") return ".*";
    if (whole === "?") return ".";
    if (members === undefined || members === "") return whole.replace(/[\\^$.*+?()[\]{}|/]/u, "\\$&");
    return `[${not === "!" ? "^" : ""}${members.replace(/[\\^[\]&~|]/g, "\\$&")}]`;
  });
  return new RegExp(`^(?:${source})$`, "su");
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
