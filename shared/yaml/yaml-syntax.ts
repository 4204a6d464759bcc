import type { YAMLError } from "yaml";

/** What is wrong with the syntax of a YAML text, in the words of its author. */
export interface SyntaxFault {
  /** where it begins */
  readonly offset: number;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A line's value, with the key or dash before it. */
interface LineValue {
  readonly key: string;
  readonly value: string;
  readonly offset: number;
}

/** One fault a line: those that follow on it come from the first. */
export function describeSyntax(errors: readonly YAMLError[], text: string): SyntaxFault[] {
  const faults = new Map<number, SyntaxFault>();
  for (const error of errors) {
    const start = lineStart(text, error.pos[0]);
    if (!faults.has(start)) faults.set(start, describeError(error, text));
  }
  return [...faults.values()];
}

function describeError({ code, message, pos: [offset] }: YAMLError, text: string): SyntaxFault {
  switch (code) {
    case "MULTIPLE_DOCS":
      return { offset, message: "a second document begins here, and the file is to be one" };
    case "RESOURCE_EXHAUSTION":
      return { offset, message: "lists and maps stand in each other too deeply" };
    case "TAB_AS_INDENT":
      return {
        offset,
        message: "a tab stands in the indentation, which YAML does not take",
        hint: "indent with two blanks for each level",
      };
    case "DUPLICATE_KEY": {
      const [key = ""] = /^("[^"\n]*"|'[^'\n]*'|[^\s:,{}]+)/.exec(text.slice(offset, offset + 200)) ?? [];
      return { offset, message: `${key || "this key"} stands here twice` };
    }
  }
  const found = findValue(text, offset);
  if (found === undefined) return { offset, message };
  const [first = ""] = found.value;
  const hint = `write it in quotes: ${found.key}${quoteYaml(found.value)}`;
  if (code === "MULTILINE_IMPLICIT_KEY" && /^[\w.-]+:\S/.test(found.value))
    return {
      offset,
      message: "a colon wants a blank behind it",
      hint: `write: ${found.value.replace(":", ": ")}`,
    };
  if (code === "BAD_INDENT" && message.startsWith("All "))
    return {
      offset,
      message: "this line is indented in another way than those that it belongs to",
      hint: "begin all keys of a map, and all dashes of a list, in the same column",
    };
  if (
    "*@`%&!".includes(first) ||
    (first === "[" && code === "UNEXPECTED_TOKEN") ||
    found.value.startsWith("{{")
  )
    return { offset: found.offset, message: `a text that begins with ${first} needs quotes`, hint };
  if ((first === '"' || first === "'") && code === "UNEXPECTED_TOKEN")
    return { offset, message: "something stands behind the quoted text", hint };
  if (code === "BLOCK_AS_IMPLICIT_KEY")
    return found.value.includes(": ")
      ? { offset, message: "a text with a colon and a blank in it needs quotes", hint }
      : {
          offset,
          message: "a value stands here, and the lines below are indented as if they were part of it",
        };
  return { offset, message };
}

/** Where YAML reads an alias that leads nowhere: a text without quotes, or a name that is wrong. */
export function describeLostAlias(name: string, offset: number, text: string): SyntaxFault {
  const found = findValue(text, offset);
  const message = `nothing above is marked &${name}`;
  if (found === undefined || !found.value.startsWith("*") || /^\*[\w-]+$/.test(found.value))
    return { offset, message };
  return {
    offset: found.offset,
    message: "a text that begins with * needs quotes",
    hint: `write it in quotes: ${found.key}${quoteYaml(found.value)}`,
  };
}

/** The value on the line of an offset, or within the `{ … }` there the one at the offset. */
function findValue(text: string, offset: number): LineValue | undefined {
  const start = lineStart(text, offset);
  const end = text.indexOf("\n", offset);
  const line = text.slice(start, end < 0 ? undefined : end).slice(0, longestLine);
  const [, key = "", value = ""] = /^\s*((?:-[ \t]+)*(?:[\w.-]+:[ \t]+)?)(.*)$/.exec(line) ?? [];
  if (value.startsWith("{") && !value.startsWith("{{")) {
    for (const match of line.matchAll(/([\w.-]+:[ \t]+)([^\s,{}"'[][^,}]*)/g)) {
      const [whole, inner = "", own = ""] = match;
      const from = start + match.index;
      if (offset >= from && offset <= from + whole.length)
        return { key: inner, value: own.trim(), offset: from + inner.length };
    }
    return undefined;
  }
  const own = value.replace(/\s#.*$/, "").trim();
  return own === "" ? undefined : { key, value: own, offset: start + line.length - value.length };
}

/** A line that is longer is looked at so far (characters). */
const longestLine = 1_000;

function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** A text in the quotes in which it needs the fewest changes. */
function quoteYaml(text: string): string {
  return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`;
}
