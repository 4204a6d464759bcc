import { dirname } from "node:path";
import { toUserErrors } from "../../shared/problem.ts";
import { UserError } from "../../shared/user-error.ts";
import { warnOfNames } from "./advice.ts";
import { collectDeclarations, type Declarations } from "./declarations.ts";
import { Findings, sortByPlace, type Warning } from "./findings.ts";
import type { Inventory } from "./inventory.ts";
import { mergeHosts, type SideVariables } from "./merge-variables.ts";
import { parseIni } from "./parse-ini.ts";
import { readInventoryText } from "./read-inventory-text.ts";
import { readSideVariables } from "./side-variables.ts";

/** An inventory, and what its files say that is probably not meant: for the operator's eyes, in the order of the files. */
export interface LoadedInventory {
  inventory: Inventory;
  warnings: readonly Warning[];
}

const NOTHING_BESIDE: SideVariables = {
  groups: new Map(),
  hosts: new Map(),
  encryptedOfGroups: new Map(),
  encryptedOfHosts: new Map(),
};

/**
 * Reads an inventory file with the `group_vars/` and `host_vars/` that stand beside it.
 *
 * @throws UserError `inventory_unreadable`, `inventory_format`, `inventory_empty`; UserErrors `inventory_syntax` with every
 * problem at its file:line:column
 */
export async function loadInventory(file: string): Promise<LoadedInventory> {
  const findings = new Findings(file);
  const declared = readDeclarations(await readInventoryText(file, findings), findings);
  const beside = await readSideVariables(dirname(file), declared);
  return finish(file, declared, beside.variables, [findings, ...beside.findings]);
}

/** {@link loadInventory} for text at hand, with nothing beside it; `file` is only for messages. */
export function parseInventory(text: string, file: string): LoadedInventory {
  const findings = new Findings(file);
  return finish(file, readDeclarations(text, findings), NOTHING_BESIDE, [findings]);
}

function readDeclarations(text: string, findings: Findings): Declarations {
  const declared = collectDeclarations(parseIni(text, findings), findings);
  warnOfNames(declared.assignments, findings);
  return declared;
}

function finish(
  file: string,
  declared: Declarations,
  beside: SideVariables,
  findings: readonly Findings[],
): LoadedInventory {
  const problems = findings.flatMap((each) => sortByPlace(each.problems));
  if (problems.length > 0) throw toUserErrors("inventory_syntax", problems);
  const hosts = mergeHosts(declared, beside, file);
  if (hosts.length === 0) {
    throw new UserError("inventory_empty", `the inventory ${file} has no hosts`, {
      hint: "add a line with a host name or address",
    });
  }
  const warnings = findings.flatMap((each) => sortByPlace(each.warnings));
  return { inventory: { hosts, groups: declared.graph.groups }, warnings };
}
