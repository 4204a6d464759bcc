import {
  type Alias,
  type Document,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type * as z from "zod";
import { describeIssues } from "../issue.ts";
import type { Parsed, Position, Problem } from "../problem.ts";
import { settle } from "../written.ts";
import { findBadShape } from "./yaml-shape.ts";
import { describeLostAlias, describeSyntax, type SyntaxFault } from "./yaml-syntax.ts";
import { keepTexts } from "./yaml-tags.ts";

/** A parsed YAML text together with where its values stand. */
export interface YamlSource {
  readonly file: string;
  /** the plain value, before any schema */
  readonly value: unknown;
  /** Where the value at a path (or, with `key`, its key) stands; the nearest parent that exists when it is absent. */
  positionOf(path: readonly PropertyKey[], key?: boolean): Position | undefined;
}

/**
 * Parses YAML 1.2 (with `<<` merge keys, as Compose files use them) without judging its content. Keys are texts as they are
 * written, and numbers keep theirs as long as it is not known what they are for.
 * Duplicate keys and syntax errors are problems, all of them at once.
 * @param options.foreignTags whether tags that YAML itself does not know, such as Compose's `!reset`, are passed over
 */
export function parseYaml(
  text: string,
  file: string,
  { foreignTags = false }: { foreignTags?: boolean } = {},
): Parsed<YamlSource> {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: "error",
    merge: true,
    customTags: keepTexts,
  });
  const refuse = (faults: readonly SyntaxFault[]): Parsed<YamlSource> => {
    const problems = faults.map(({ offset, message, hint }): Problem => {
      return { file, position: positionAt(lines, offset), path: "", message, hint };
    });
    return { ok: false, problems };
  };
  const unknownTags = foreignTags
    ? []
    : document.warnings.filter(({ code }) => code === "TAG_RESOLVE_FAILED");
  const faults = describeSyntax([...document.errors, ...unknownTags], text);
  if (faults.length === 0 && text.includes("{{")) faults.push(...findMapKeys(document));
  if (faults.length > 0) return refuse(faults);
  const positionOf = (path: readonly PropertyKey[], key = false) => locate(document, lines, path, key);
  try {
    // Aliases are resolved here: one that leads nowhere, merges no map or multiplies without end is an error.
    const value: unknown = document.toJS({ maxAliasCount: mostAliases });
    const bad = findBadShape(value);
    if (bad === undefined) return { ok: true, value: { file, value, positionOf } };
    const { path, message } = bad;
    return {
      ok: false,
      problems: [{ file, position: positionOf(path, true), path: path.join("."), message }],
    };
  } catch (error) {
    const lost = findLostAliases(document);
    if (lost.length > 0)
      return refuse(lost.map(({ source, range }) => describeLostAlias(source, range?.[0] ?? 0, text)));
    // A ReferenceError is the package's answer to aliases that multiply.
    const message =
      error instanceof ReferenceError
        ? `its aliases make more than ${mostAliases} values of it`
        : "<< takes a map, or aliases of maps";
    return { ok: false, problems: [{ file, position: undefined, path: "", message }] };
  }
}

/** A file of 10,000 tasks that merge the same map has this many; one that multiplies them has more at once. */
const mostAliases = 100_000;

/** `{{ name }}`, which other tools replace, is a map as the key of another. */
function findMapKeys(document: Document): SyntaxFault[] {
  const faults: SyntaxFault[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      const offset = isCollection(key) ? key.range?.[0] : undefined;
      if (offset === undefined) return;
      const message = "a text that begins with { needs quotes; variables are written ${NAME} here";
      faults.push({ offset, message });
    },
  });
  return faults;
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
  const input = settle(
    schema,
    path.reduce<unknown>((value, key) => childOf(value, key), source.value),
  );
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
