import { Opaque, UnsafeText } from "./opaque.ts";
import { isFloat, type VariableValue } from "./value.ts";

/** What the inventory commands print. */
export type JsonValue = VariableValue | JsonValue[] | { [key: string]: JsonValue };

/**
 * Writes a value as Ansible does (Python's `json.dumps` with indent 4 and sorted keys). Unlike `JSON.stringify` it keeps the
 * point of 8.0 and every digit of a large whole number.
 */
export function formatJson(value: JsonValue, indent = ""): string {
  const inner = `${indent}    `;
  if (Array.isArray(value)) {
    return wrap(
      "[]",
      value.map((item) => formatJson(item, inner)),
      indent,
    );
  }
  if (typeof value !== "object" || value === null) {
    return typeof value === "bigint" ? String(value) : JSON.stringify(value);
  }
  if (value instanceof UnsafeText) return formatJson({ __ansible_unsafe: value.text }, indent);
  if (value instanceof Opaque) {
    return formatJson(value.kind === "vault" ? { __ansible_vault: value.written } : value.written, indent);
  }
  if (isFloat(value)) return formatFloat(String(value));
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return wrap(
    "{}",
    pairs.map(([key, item]) => `${JSON.stringify(key)}: ${formatJson(item, inner)}`),
    indent,
  );
}

function wrap([open, close]: string, items: string[], indent: string): string {
  if (items.length === 0) return `${open}${close}`;
  return `${open}\n${items.map((item) => `${indent}    ${item}`).join(",\n")}\n${indent}${close}`;
}

/** Python writes what JSON has no words for like this. */
function formatFloat(text: string): string {
  return { inf: "Infinity", "-inf": "-Infinity", nan: "NaN" }[text] ?? text;
}
