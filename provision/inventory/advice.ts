import type { Assignment } from "./entry.ts";
import type { Findings } from "./findings.ts";
import { adviseOnName } from "./known-variables.ts";

/** Warns of variables that nothing reads. */
export function warnOfNames(assignments: readonly Assignment[], findings: Findings): void {
  for (const { name, at } of assignments) {
    const hint = adviseOnName(name);
    if (hint !== undefined) findings.warn(at, `unknown variable ${name}`, hint);
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
