import { readNumber } from "./python-number.ts";
import { readStrings } from "./python-string.ts";
import { TextReader, UnreadableText } from "./text-reader.ts";
import { isCollection, type VariableValue } from "./value.ts";

/** CPython refuses deeper nesting too. */
const DEEPEST = 200;

export interface Literal {
  value: VariableValue;
  /** a list that came from commas alone: `80,443` */
  isBareTuple: boolean;
}

/**
 * Reads a Python literal as `ast.literal_eval` does: strings, numbers, True, False, None, lists, tuples (as lists) and dicts.
 * A comment after it is passed over.
 *
 * @returns undefined for anything else, and for the literals that JSON cannot hold (sets, bytes, complex numbers)
 */
export function parseLiteral(text: string): Literal | undefined {
  const reader = new TextReader(text);
  try {
    reader.skipSpace();
    const first = readValue(reader, 0);
    reader.skipSpace();
    const isBareTuple = reader.peek() === ",";
    const value = isBareTuple ? [first, ...readRest(reader, 0)] : first;
    reader.skipSpace();
    if (!reader.isAtEnd() && reader.peek() !== "#") return undefined;
    return { value, isBareTuple };
  } catch (error) {
    if (error instanceof UnreadableText) return undefined;
    throw error;
  }
}

function readValue(reader: TextReader, depth: number): VariableValue {
  if (depth > DEEPEST) reader.fail();
  reader.skipSpace();
  switch (reader.peek()) {
    case "[":
      return readSequence(reader, "]", depth).items;
    case "(":
      return readParenthesis(reader, depth);
    case "{":
      return readDict(reader, depth);
    default:
      return readAtom(reader);
  }
}

function readAtom(reader: TextReader): VariableValue {
  const string = readStrings(reader);
  if (string !== undefined) return string;
  const number = readNumber(reader);
  if (number !== undefined) return number;
  switch (reader.take(/(?:True|False|None)(?![\p{L}\p{N}_])/uy)) {
    case "True":
      return true;
    case "False":
      return false;
    case "None":
      return null;
    default:
      reader.fail();
  }
}

/** `(1, 2)` and `(1,)` are tuples, `(1)` is 1. */
function readParenthesis(reader: TextReader, depth: number): VariableValue {
  const { items, commas } = readSequence(reader, ")", depth);
  const [only] = items;
  return items.length === 1 && commas === 0 && only !== undefined ? only : items;
}

function readSequence(
  reader: TextReader,
  close: string,
  depth: number,
): { items: VariableValue[]; commas: number } {
  reader.advance(1);
  const items: VariableValue[] = [];
  let commas = 0;
  while (!takes(reader, close)) {
    if (items.length > commas) reader.fail();
    items.push(readValue(reader, depth + 1));
    if (takes(reader, ",")) commas += 1;
  }
  return { items, commas };
}

/** The items after the first one of a tuple without parentheses; `1,` is a tuple too. */
function readRest(reader: TextReader, depth: number): VariableValue[] {
  const items: VariableValue[] = [];
  while (takes(reader, ",")) {
    reader.skipSpace();
    if (reader.isAtEnd() || reader.peek() === "#") break;
    items.push(readValue(reader, depth + 1));
  }
  return items;
}

function readDict(reader: TextReader, depth: number): VariableValue {
  reader.advance(1);
  const pairs: [string, VariableValue][] = [];
  let commas = 0;
  while (!takes(reader, "}")) {
    if (pairs.length > commas) reader.fail();
    const key = readValue(reader, depth + 1);
    if (isCollection(key) || !takes(reader, ":")) reader.fail();
    pairs.push([formatKey(key), readValue(reader, depth + 1)]);
    if (takes(reader, ",")) commas += 1;
  }
  return Object.fromEntries(pairs);
}

/** A dict's key as Python's `json.dumps` writes it. */
function formatKey(key: VariableValue): string {
  return key === null ? "null" : String(key);
}

function takes(reader: TextReader, char: string): boolean {
  reader.skipSpace();
  if (reader.peek() !== char) return false;
  reader.advance(1);
  return true;
}
