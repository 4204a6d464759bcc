import { makeOneLine, makePlain } from "../../shared/visible-text.ts";

/** Keys of results whose text may have several lines. */
const LONG = new Set(["message", "hint", "stderr"]);

/**
 * A result as people may be shown it: every string in it came from a host or may hold what one said, and is made visible.
 * What is made of it for the terminal adds its own lines and colours.
 */
export function visibleValues<T>(value: T, key = ""): T {
  if (typeof value === "string") return (LONG.has(key) ? makePlain(value) : makeOneLine(value)) as T;
  if (Array.isArray(value)) return value.map((each) => visibleValues(each, key)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, visibleValues(each, name)]),
  ) as T;
}
