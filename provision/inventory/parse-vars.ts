import {
  type Document,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
} from "yaml";
import type { Assignment } from "./entry.ts";
import type { Findings, Place } from "./findings.ts";
import { quoteOnce, warnOfRewriting } from "./ini-value.ts";
import { isJson, jsonTags, pythonTags } from "./python/python-yaml.ts";
import { isFloat, type VariableValue } from "./python/value.ts";

/** Deeper than anybody writes; also what an alias of itself comes to. */
const DEEPEST = 200;
const START: Place = { line: 1, column: 1 };

/**
 * Reads a file of group_vars or host_vars: YAML 1.1 or JSON with a map at the top, or nothing at all. What is wrong goes into
 * `findings`, and then there are no variables.
 */
export function parseVars(text: string, findings: Findings): Assignment[] {
  try {
    return readDocument(text, findings);
  } catch (error) {
    // The package, and what walks through its values, go down a call a level.
    if (!(error instanceof RangeError)) throw error;
    findings.refuse(START, "lists and maps are nested too deeply, or contain themselves");
    return [];
  }
}

function readDocument(text: string, findings: Findings): Assignment[] {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: "1.1",
    schema: "failsafe",
    customTags: [...(isJson(text) ? jsonTags : pythonTags), "merge"],
    merge: true,
    prettyErrors: false,
    lineCounter: lines,
  });
  const placeOf = (offset: number | undefined): Place => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { line, column: col };
  };
  if (document.errors.some(({ code }) => code === "RESOURCE_EXHAUSTION")) throw new RangeError("too deep");
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    findings.refuse(placeOf(pos[0]), message);
  }
  const { contents } = document;
  if (findings.problems.length > 0 || contents === null) return [];
  if (isScalar(contents) && contents.value === null) return [];
  if (!isMap(contents)) {
    findings.refuse(
      placeOf(contents.range?.[0]),
      "expected a map of variables at the top of the file",
      "key: value",
    );
    return [];
  }
  warnOfNumbers(document, placeOf, findings);
  return readMap(document, contents, placeOf, findings);
}

function readMap(
  document: Document,
  contents: YAMLMap,
  placeOf: (offset: number | undefined) => Place,
  findings: Findings,
): Assignment[] {
  let pairs: Map<unknown, unknown>;
  try {
    pairs = document.toJS({ mapAsMap: true, maxAliasCount: 10_000 });
  } catch (error) {
    // The package's answer to aliases that multiply without end.
    if (!(error instanceof ReferenceError)) throw error;
    findings.refuse(START, error.message);
    return [];
  }
  const offsets = new Map(
    contents.items.flatMap(({ key }) => (isScalar(key) ? [[key.value, key.range?.[0]] as const] : [])),
  );
  return [...pairs].map(([key, value]) => {
    const at = placeOf(offsets.get(key) ?? contents.range?.[0]);
    return { name: formatKey(key), value: toValue(value), at };
  });
}

/** Lists and maps of the package's as variables: keys become text as in Python's `json.dumps`. */
function toValue(value: unknown, depth = 0): VariableValue {
  if (depth > DEEPEST) throw new RangeError("nested too deeply");
  if (Array.isArray(value)) return value.map((item) => toValue(item, depth + 1));
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [formatKey(key), toValue(item, depth + 1)]));
  }
  // The tags in use make nothing else than these.
  return value as VariableValue;
}

function formatKey(key: unknown): string {
  return key === null ? "null" : String(key);
}

function warnOfNumbers(
  document: Document,
  placeOf: (offset: number | undefined) => Place,
  findings: Findings,
): void {
  visit(document, {
    Scalar(role, { type, source, value, range }, path) {
      if (role === "key" || type !== "PLAIN" || source === undefined) return;
      const isNumber = typeof value === "number" || typeof value === "bigint" || isFloat(value);
      if (!isNumber) return;
      const name = nameOf(path);
      warnOfRewriting(name, source, value as VariableValue, placeOf(range?.[0]), findings, quoteOnce);
    },
  });
}

/** The keys that lead to a value, joined: what stands below `passwords:` is as secret as a password. */
function nameOf(path: readonly unknown[]): string {
  return path
    .flatMap((step) => (isPair(step) && isScalar(step.key) ? [String(step.key.value)] : []))
    .join("_");
}
