import type { Problem } from "../../shared/problem.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { Opaque } from "../inventory/python/opaque.ts";
import { findOpaque } from "../inventory/python/value.ts";
import { refuseStack } from "./fill.ts";
import type { Stack } from "./stack.ts";

/** Where a name without a value takes that of the variable of its name. */
const PASSED_ON = new Set(["environment", "args"]);

/**
 * Refuses a stack that uses a variable whose value is not known: left out, Compose would take it for one that is not set.
 *
 * @throws UserErrors `stack_invalid` with file:line:column, naming the host and the variable
 */
export function refuseOpaqueVariables(stack: Stack, host: InventoryHost): void {
  const opaque = new Map<string, Opaque>();
  for (const [name, value] of Object.entries(host.vars)) {
    const found = findOpaque(value);
    if (found !== undefined) opaque.set(name, found);
  }
  if (opaque.size === 0) return;
  const problems: Problem[] = [];
  const check = (names: readonly string[], path: readonly string[]) => {
    for (const name of names) {
      const found = opaque.get(name);
      if (found === undefined) continue;
      const position = stack.source.positionOf(path);
      const message = `cannot use the variable ${name}: ${found.reason}`;
      problems.push({ file: stack.file, position, path: path.join("."), message, hint: found.hint });
    }
  };
  const walk = (value: unknown, path: readonly string[]): void => {
    if (typeof value === "string") check(namesIn(value), path);
    if (typeof value !== "object" || value === null) return;
    const isPassedOn = PASSED_ON.has(path.at(-1) ?? "");
    for (const [key, item] of Object.entries(value)) {
      if (isPassedOn && item === null) check([key], [...path, key]);
      if (isPassedOn && Array.isArray(value) && typeof item === "string") check([item], [...path, key]);
      walk(item, [...path, key]);
    }
  };
  walk(stack.source.value, []);
  if (problems.length > 0) throw refuseStack(host, problems);
}

/** The variables that a text of a compose file names: `$name`, `${name}`, `${name:-…}`; `$$` is a dollar sign. */
function namesIn(text: string): string[] {
  const names = text.matchAll(/\$\$|\$\{?([A-Za-z_]\w*)/g);
  return [...names].flatMap(([, name]) => (name === undefined ? [] : [name]));
}
