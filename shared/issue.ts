import type * as z from "zod";
import { foreignWords } from "./foreign-words.ts";
import { listKnownKeys, schemasAt } from "./known-keys.ts";
import { suggestWord } from "./suggest.ts";

/** What zod found wrong, in the words of the person who wrote the file. */
export interface DescribedIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly hint?: string | undefined;
  /** the problem is the key itself, not its value */
  readonly atKey: boolean;
}

type Issue = z.core.$ZodIssue;

const typeNames = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
} as const;

/** Turns zod's issues into problems; an unknown key gets a suggestion, and of a union the branch that came nearest speaks. */
export function describeIssues(
  schema: z.core.$ZodType,
  issues: readonly Issue[],
  input: unknown,
): DescribedIssue[] {
  return issues.flatMap((issue) => describeIssue(schema, issue, [], input));
}

function describeIssue(
  schema: z.core.$ZodType,
  issue: Issue,
  base: readonly PropertyKey[],
  input: unknown,
): DescribedIssue[] {
  const path = [...base, ...issue.path];
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
  if (issue.code === "unrecognized_keys") {
    const known = listKnownKeys(schema, path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: "unknown key",
      hint: findForeignWord(schema, path, key) ?? hintFor(key, known),
      atKey: true,
    }));
  }
  if (issue.code === "invalid_union") {
    const branch = nearestBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => describeIssue(schema, inner, path, value));
    const all = [...new Set(issue.errors.flat().flatMap(expectedTypes))];
    // What is a text to us may be a number to YAML.
    const isText = [typeNames.string, typeNames.number, typeNames.boolean].every((name) =>
      all.includes(name),
    );
    const expected = isText ? all.filter((name) => !["a number", "true or false"].includes(name)) : all;
    if (value === undefined)
      return [{ path, message: `is missing; expected ${listWords(expected)}`, atKey: true }];
    const hint = value === null && isText ? 'a text is written in quotes: "", "~", "null"' : undefined;
    return [
      { path, message: `expected ${listWords(expected)}, got ${showValue(value)}`, hint, atKey: false },
    ];
  }
  if (issue.code === "invalid_type") {
    const message =
      value === undefined
        ? `is missing; expected ${typeName(issue.expected)}`
        : `expected ${typeName(issue.expected)}, got ${showValue(value)}`;
    const hint =
      issue.expected === "object" || issue.expected === "record"
        ? hintForMap(value, path, path.length === 0 && listKnownKeys(schema, path).includes("tasks"))
        : undefined;
    return [{ path, message, hint, atKey: value === undefined || value === null }];
  }
  if (issue.code === "too_small" && isNumber(issue.origin))
    return [{ path, message: `expected at least ${issue.minimum}, got ${showValue(value)}`, atKey: false }];
  if (issue.code === "too_big" && isNumber(issue.origin))
    return [{ path, message: `expected at most ${issue.maximum}, got ${showValue(value)}`, atKey: false }];
  if (issue.code === "invalid_value") {
    const words = issue.values.map(String);
    const near = typeof value === "string" ? suggestWord(value, words) : undefined;
    const hint = near === undefined ? undefined : `did you mean "${near}"?`;
    return [{ path, message: `expected ${listWords(words)}, got ${showValue(value)}`, hint, atKey: false }];
  }
  if (issue.code === "invalid_key") {
    return [{ path, message: issue.issues[0]?.message ?? issue.message, atKey: true }];
  }
  const own: unknown = issue.code === "custom" ? issue.params?.hint : undefined;
  const hint = typeof own === "string" ? own : undefined;
  return [{ path, message: issue.message, hint, atKey: false }];
}

/** What a word of another program is called here. */
function findForeignWord(
  schema: z.core.$ZodType,
  path: readonly PropertyKey[],
  key: string,
): string | undefined {
  for (const found of schemasAt(schema, path)) {
    const { words = {} } = foreignWords.get(found) ?? {};
    if (Object.hasOwn(words, key)) return words[key];
  }
  return undefined;
}

/** What somebody may have meant who wrote something else where a map belongs. */
function hintForMap(value: unknown, path: readonly PropertyKey[], isFile: boolean): string | undefined {
  if (isFile || path.at(-1) === "tasks") return "write tasks: { NAME: { command: PROGRAM } }";
  if (value === null) return "its keys stand below it, each indented deeper than it is";
  if (typeof value !== "string") return undefined;
  if (/^[\w.-]+:\S/.test(value)) return `a colon wants a blank behind it: ${value.replace(":", ": ")}`;
  return path.at(-2) === "depends_on" ? `write ${String(path.at(-1))}: { condition: ${value} }` : undefined;
}

function isNumber(origin: string): boolean {
  return origin === "number" || origin === "int";
}

function hintFor(word: string, known: readonly string[]): string | undefined {
  const suggestion = suggestWord(word, known);
  if (suggestion !== undefined) return `did you mean "${suggestion}"?`;
  return known.length > 0 && known.length <= 12 ? `known here: ${known.join(", ")}` : undefined;
}

/** The branch that took the value's type and stumbled over its content; undefined when none took the type. */
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const taken = branches.filter((branch) => !branch.some(isWrongType));
  const fewest = Math.min(...taken.map((branch) => branch.length));
  return taken.find((branch) => branch.length === fewest);
}

function isWrongType(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union") return issue.errors.every((branch) => branch.some(isWrongType));
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

function expectedTypes(issue: Issue): string[] {
  if (issue.code === "invalid_type") return [typeName(issue.expected)];
  if (issue.code === "invalid_union") return issue.errors.flat().flatMap(expectedTypes);
  return issue.code === "invalid_value" ? issue.values.map(String) : [];
}

function typeName(expected: string): string {
  return Object.hasOwn(typeNames, expected) ? typeNames[expected as keyof typeof typeNames] : expected;
}

function listWords(words: readonly string[]): string {
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function showValue(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  if (value === undefined || value === null) return "nothing";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
