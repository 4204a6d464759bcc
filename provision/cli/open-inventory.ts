import { formatProblem } from "../../shared/problem.ts";
import { selectHosts } from "../inventory/host-pattern.ts";
import type { Inventory, InventoryHost } from "../inventory/inventory.ts";
import { readLimit } from "../inventory/limit.ts";
import { loadInventory } from "../inventory/load.ts";
import { printErr } from "../ui/terminal.ts";

export interface OpenInventory {
  inventory: Inventory;
  /** those that `--limit` selects */
  hosts: InventoryHost[];
}

/** Reads the inventory that a command names, and prints its warnings on stderr. Throws what loadInventory and selectHosts throw. */
export async function openInventory(options: { inventory: string; limit?: string }): Promise<OpenInventory> {
  const { inventory, warnings } = await loadInventory(options.inventory);
  for (const warning of warnings) {
    const hint = warning.hint === undefined ? "" : `\n  ${warning.hint}`;
    printErr(`warning: ${formatProblem(warning)}${hint}\n`);
  }
  const terms = options.limit === undefined ? undefined : await readLimit(options.limit);
  return { inventory, hosts: selectHosts(inventory, terms) };
}
