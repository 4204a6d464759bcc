import type * as z from "zod";
import { interpolate, type Variables } from "../../shared/interpolate.ts";
import { type Problem, toUserErrors } from "../../shared/problem.ts";
import type { UserErrors } from "../../shared/user-error.ts";
import { Written } from "../../shared/written.ts";
import { checkYaml } from "../../shared/yaml/yaml-document.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { Stack } from "./stack.ts";

/**
 * A part of compose.yaml with a host's variables put in, validated. Like Compose, keys are left as they are.
 *
 * @param path leads to the part
 * @throws UserErrors `stack_invalid` with file:line:column, naming the host
 */
export function readFilled<S extends z.ZodType>(
  stack: Stack,
  host: InventoryHost,
  path: readonly string[],
  schema: S,
  variables: Variables,
): z.output<S> {
  const problems: Problem[] = [];
  const fill = (value: unknown, at: readonly string[]): unknown => {
    if (typeof value === "string") {
      const result = interpolate(value, variables, { bare: true });
      if (result.ok) return result.value;
      const position = stack.source.positionOf(at);
      problems.push({ file: stack.file, position, path: at.join("."), message: result.message });
    }
    if (Array.isArray(value)) return value.map((item, index) => fill(item, [...at, String(index)]));
    if (typeof value !== "object" || value === null || value instanceof Written) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, [...at, key])]));
  };
  const part = path.reduce<unknown>(
    (value, key) => (value as Record<string, unknown>)[key],
    stack.source.value,
  );
  const filled = fill(part, path);
  if (problems.length > 0) throw refuseStack(host, problems);
  const whole = path.reduceRight<unknown>((value, key) => ({ [key]: value }), filled);
  const checked = checkYaml({ ...stack.source, value: whole }, schema, path);
  if (checked.ok) return checked.value;
  throw refuseStack(host, checked.problems);
}

/** What is wrong with a stack on one host; thrown by the caller. */
export function refuseStack(host: InventoryHost, problems: readonly Problem[]): UserErrors {
  const named = problems.map((problem) => ({
    ...problem,
    message: `${problem.message} (host ${host.name})`,
  }));
  return toUserErrors("stack_invalid", named);
}
