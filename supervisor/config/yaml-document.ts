import {
  type Alias,
  type Document,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  type Tags,
  visit,
  type YAMLError,
} from "yaml";
import type * as z from "zod";
import { describeIssues } from "./issue.ts";
import type { Parsed, Position, Problem } from "./problem.ts";

/** A parsed YAML text together with where its values stand. */
export interface YamlSource {
  readonly file: string;
  /** the plain value, before any schema */
  readonly value: unknown;
  /** Where the value at a path (or, with `key`, its key) stands; the nearest parent that exists when it is absent. */
  positionOf(path: readonly PropertyKey[], key?: boolean): Position | undefined;
}

/**
 * Parses YAML 1.2 (with `<<` merge keys, as Compose files use them) without judging its content.
 * Duplicate keys and syntax errors are problems, all of them at once.
 */
export function parseYaml(text: string, file: string): Parsed<YamlSource> {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    customTags: withoutOctal,
  });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error): Problem => {
      const message = describeError(error, text);
      return { file, position: positionAt(lines, error.pos[0]), path: "", message };
    });
    return { ok: false, problems };
  }
  try {
    // Aliases are resolved here: one that leads nowhere, merges no map or multiplies without end is an error.
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    const positionOf = (path: readonly PropertyKey[], key = false) => locate(document, lines, path, key);
    return { ok: true, value: { file, value, positionOf } };
  } catch (error) {
    const message = (error as Error).message;
    const lost = findLostAliases(document).map((alias): Problem => {
      const position = positionAt(lines, alias.range?.[0] ?? 0);
      return { file, position, path: "", message: `nothing above is marked &${alias.source}` };
    });
    const problems = lost.length > 0 ? lost : [{ file, position: undefined, path: "", message }];
    return { ok: false, problems };
  }
}

/** A file of 10,000 tasks that merge the same map has this many; one that multiplies them has more at once. */
const mostAliases = 100_000;

/** YAML's own octal numbers are kept as text: a umask's digits are octal anyway. */
function withoutOctal(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || tag.format !== "OCT");
}

function describeError({ code, message, pos }: YAMLError, text: string): string {
  if (code === "MULTIPLE_DOCS") return "a second document begins here, and the file is to be one";
  if (code !== "DUPLICATE_KEY") return message;
  const [key = ""] = /^("[^"\n]*"|'[^'\n]*'|[^\s:,{}]+)/.exec(text.slice(pos[0], pos[0] + 200)) ?? [];
  return `${key || "this key"} stands here twice`;
}

function findLostAliases(document: Document): Alias[] {
  const lost: Alias[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined) lost.push(alias);
    },
  });
  return lost;
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/**
 * Validates a part of a YAML file: `path` leads to the part that `schema` describes (the whole file by default).
 * Every problem is named with the file, line, column and dotted key; a misspelt key comes with a suggestion.
 */
export function checkYaml<S extends z.ZodType>(
  source: YamlSource,
  schema: S,
  path: readonly PropertyKey[] = [],
): Parsed<z.output<S>> {
  const input = path.reduce<unknown>((value, key) => childOf(value, key), source.value);
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  const problems = describeIssues(schema, result.error.issues, input).map((found): Problem => {
    const full = [...path, ...found.path];
    return {
      file: source.file,
      position: source.positionOf(full, found.atKey),
      path: full.map(String).join("."),
      message: found.message,
      hint: found.hint,
    };
  });
  return { ok: false, problems };
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<PropertyKey, unknown>)[key]
    : undefined;
}

function locate(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
  key: boolean,
): Position | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const at = path.slice(0, length);
    const node =
      key || length < path.length
        ? (keyNode(document, at) ?? valueNode(document, at))
        : valueNode(document, at);
    const offset = node?.range?.[0];
    if (offset === undefined) continue;
    return positionAt(lines, offset);
  }
  return undefined;
}

function valueNode(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return (node as Node | null | undefined) ?? undefined;
}

function keyNode(document: Document, path: readonly PropertyKey[]): Node | undefined {
  const parent = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (path.length === 0 || !isMap(parent)) return undefined;
  const pair = parent.items.find(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(path.at(-1)),
  );
  return pair?.key as Node | undefined;
}
