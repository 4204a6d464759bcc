import type { Assignment } from "./entry.ts";
import type { Findings } from "./findings.ts";
import { adviseOnName } from "./known-variables.ts";
import { isCollection, type VariableValue } from "./value.ts";

/** Warns of variables that nothing reads, and of templates: Ansible evaluates them where they are used, Longshore does not. */
export function warnOfNames(assignments: readonly Assignment[], findings: Findings): void {
  for (const { name, value, at } of assignments) {
    const hint = adviseOnName(name);
    if (hint !== undefined) findings.warn(at, `unknown variable ${name}`, hint);
    if (holdsTemplate(value)) {
      const message = `${name} holds a Jinja template, which is not evaluated: it is used as it is written`;
      findings.warn(at, message, "write the value itself");
    }
  }
}

/** Warns of a group's priority where Ansible does not look for one: it counts in a [group:vars] section only. */
export function warnOfPriority(assignments: readonly Assignment[], findings: Findings): void {
  for (const { name, at } of assignments) {
    if (name !== "ansible_group_priority") continue;
    findings.warn(
      at,
      `${name} has no effect here`,
      "set it in the [group:vars] section of the inventory file",
    );
  }
}

function holdsTemplate(value: VariableValue): boolean {
  if (typeof value === "string") return /\{\{.*\}\}|\{%.*%\}/s.test(value);
  return isCollection(value) && Object.values(value).some(holdsTemplate);
}
