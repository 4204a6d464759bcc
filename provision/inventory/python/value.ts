import { Float } from "./float.ts";
import { Opaque, UnsafeText } from "./opaque.ts";

/** A variable's value. (An `UnsafeText` stands only in what is as the files have it.) Whole numbers too large for a `number` are `bigint`s; numbers with a point are `Float`s. */
export type VariableValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Float
  | Opaque
  | UnsafeText
  | VariableValue[]
  | { [key: string]: VariableValue };

/** A host's or a group's variables. Made only with `Object.fromEntries` and spreads: a name may be `__proto__`. */
export type Variables = { [name: string]: VariableValue };

/** The smallest type that holds a whole number exactly. */
export function toWholeNumber(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** True for lists and maps: what has no one-line text form of its own. */
export function isCollection(
  value: VariableValue,
): value is VariableValue[] | { [key: string]: VariableValue } {
  if (typeof value !== "object" || value === null) return false;
  return !(value instanceof Float || value instanceof Opaque || value instanceof UnsafeText);
}

export function isFloat(value: unknown): value is Float {
  return value instanceof Float;
}

/** What of a value is not known: itself, or something in it. */
export function findOpaque(value: VariableValue): Opaque | undefined {
  if (value instanceof Opaque) return value;
  if (!isCollection(value)) return undefined;
  for (const item of Object.values(value)) {
    const found = findOpaque(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * A variable as text for a place that takes only text, such as Compose's interpolation: a list of plain values is joined by
 * commas. Undefined for None and for what has no such form.
 */
export function formatVariable(value: VariableValue): string | undefined {
  if (Array.isArray(value)) {
    const items = value.map((item) => (Array.isArray(item) ? undefined : formatVariable(item)));
    return items.includes(undefined) ? undefined : items.join(",");
  }
  if (value instanceof UnsafeText) return value.text;
  return value === null || value instanceof Opaque || isCollection(value) ? undefined : String(value);
}
