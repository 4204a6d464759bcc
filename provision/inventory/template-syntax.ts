import { readNumber } from "./python/python-number.ts";
import { readStrings } from "./python/python-string.ts";
import { TextReader, UnreadableText } from "./python/text-reader.ts";
import type { VariableValue } from "./python/value.ts";

/** What stands between `{{` and `}}`: a variable, a part of one, a literal, and `default()`. */
export type Expression =
  | { readonly kind: "literal"; readonly value: VariableValue }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "part"; readonly of: Expression; readonly key: string | number }
  | {
      readonly kind: "default";
      readonly of: Expression;
      readonly fallback: Expression;
      /** also in place of an empty or false value */
      readonly ofEmpty: boolean;
    };

/** Text and expressions in the order of the template. */
export type TemplatePart = string | Expression;

/** Thrown for a template that says more than is filled in; the message goes on from "its template …". */
export class UnknownTemplate extends Error {
  override readonly name = "UnknownTemplate";
}

const IDENTIFIER = /[A-Za-z_]\w*/y;
const WORDS: ReadonlyMap<string, VariableValue> = new Map<string, VariableValue>([
  ["true", true],
  ["True", true],
  ["false", false],
  ["False", false],
  ["none", null],
  ["None", null],
]);
/** With a dot, Jinja takes these for methods of a map. */
const METHODS = new Set([
  "clear",
  "copy",
  "fromkeys",
  "get",
  "items",
  "keys",
  "pop",
  "popitem",
  "setdefault",
  "update",
  "values",
]);

/** Jinja's beginnings of an expression, a statement and a comment. */
export function holdsTemplate(text: string): boolean {
  return /\{[{%#]/.test(text);
}

/**
 * Reads the part of Jinja that inventories mostly use: `{{ name }}`, `{{ a.b['c'][0] }}`, literals, `default()` and comments.
 *
 * @throws UnknownTemplate for the rest of it
 */
export function parseTemplate(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  const reader = new TextReader(text);
  while (!reader.isAtEnd()) {
    const plain = reader.take(/[^{]+|\{(?![{%#])/y);
    if (plain !== undefined) parts.push(plain);
    else if (reader.take(/\{#/y) !== undefined) skipComment(reader);
    else if (reader.take(/\{\{(?![-+])/y) !== undefined) parts.push(readExpression(reader));
    else if (!reader.isAtEnd()) throw new UnknownTemplate(`has a statement: ${shorten(reader.rest())}`);
  }
  return parts;
}

function skipComment(reader: TextReader): void {
  if (reader.take(/[\s\S]*?#\}/y) === undefined) throw new UnknownTemplate("has a comment without an end");
}

function readExpression(reader: TextReader): Expression {
  const begin = reader.rest();
  try {
    const expression = readFiltered(reader, 0);
    skipBlanks(reader);
    if (reader.take(/\}\}/y) !== undefined) return expression;
  } catch (error) {
    if (!(error instanceof UnreadableText)) throw error;
  }
  throw new UnknownTemplate(`says more than a variable and default(): ${shorten(`{{${begin}`)}`);
}

/** A value with `| default(…)` behind it, once or more. */
function readFiltered(reader: TextReader, depth: number): Expression {
  // A template of the inventory is a line of a person's; the next one is hostile.
  if (depth > 20) reader.fail();
  let expression = readPath(reader, depth);
  for (;;) {
    skipBlanks(reader);
    if (reader.take(/\|/y) === undefined) return expression;
    skipBlanks(reader);
    const filter = reader.take(IDENTIFIER);
    if (filter !== "default" && filter !== "d") throw new UnknownTemplate(`uses the filter ${filter ?? "?"}`);
    expression = readDefault(reader, expression, depth);
  }
}

function readDefault(reader: TextReader, of: Expression, depth: number): Expression {
  let fallback: Expression = { kind: "literal", value: "" };
  let ofEmpty = false;
  skipBlanks(reader);
  if (reader.take(/\(/y) === undefined) return { kind: "default", of, fallback, ofEmpty };
  skipBlanks(reader);
  if (reader.peek() !== ")") fallback = readFiltered(reader, depth + 1);
  skipBlanks(reader);
  if (reader.take(/,/y) !== undefined) {
    skipBlanks(reader);
    reader.take(/boolean\s*=\s*/y);
    const second = readPath(reader, depth + 1);
    if (second.kind !== "literal" || typeof second.value !== "boolean") reader.fail();
    ofEmpty = second.value;
  }
  skipBlanks(reader);
  if (reader.take(/\)/y) === undefined) reader.fail();
  return { kind: "default", of, fallback, ofEmpty };
}

function readPath(reader: TextReader, depth: number): Expression {
  skipBlanks(reader);
  let expression = readAtom(reader);
  for (let length = 0; ; length++) {
    if (length > 50) reader.fail();
    const key = readKey(reader, depth);
    if (key === undefined) return expression;
    expression = { kind: "part", of: expression, key };
  }
}

function readKey(reader: TextReader, depth: number): string | number | undefined {
  const dotted = reader.take(/\.(?:[A-Za-z_]\w*|\d+)/y)?.slice(1);
  if (dotted !== undefined) {
    if (METHODS.has(dotted)) throw new UnknownTemplate(`calls the method ${dotted}`);
    return /^\d/.test(dotted) ? Number(dotted) : dotted;
  }
  if (reader.take(/\[/y) === undefined) return undefined;
  const index = readPath(reader, depth + 1);
  skipBlanks(reader);
  if (index.kind !== "literal" || reader.take(/\]/y) === undefined) reader.fail();
  if (typeof index.value !== "string" && typeof index.value !== "number") reader.fail();
  return index.value;
}

function readAtom(reader: TextReader): Expression {
  const text = readStrings(reader);
  if (text !== undefined) {
    if (holdsTemplate(text)) reader.fail();
    return { kind: "literal", value: text };
  }
  const number = readNumber(reader);
  if (number !== undefined) return { kind: "literal", value: number };
  if (reader.take(/\[\s*\]/y) !== undefined) return { kind: "literal", value: [] };
  if (reader.take(/\{\s*\}/y) !== undefined) return { kind: "literal", value: {} };
  const name = reader.take(IDENTIFIER);
  if (name === undefined) reader.fail();
  if (reader.take(/\s*\(/y) !== undefined) throw new UnknownTemplate(`calls ${name}()`);
  const value = WORDS.get(name);
  return value === undefined ? { kind: "name", name } : { kind: "literal", value };
}

function skipBlanks(reader: TextReader): void {
  reader.take(/\s*/y);
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
