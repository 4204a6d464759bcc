import { formatProblem } from "../../../shared/problem.ts";
import { selectHosts } from "../../inventory/host-pattern.ts";
import type { Inventory, InventoryHost } from "../../inventory/inventory.ts";
import { readLimit } from "../../inventory/limit.ts";
import { loadInventory } from "../../inventory/load.ts";
import { readStackTexts, usesVariable } from "../../stack/stack-texts.ts";
import { printErr } from "../../ui/terminal.ts";

export interface OpenInventory {
  inventory: Inventory;
  /** those that `--limit` selects */
  hosts: InventoryHost[];
}

/** More than these nobody reads. */
const mostWarnings = 50;

/** Reads the inventory that a command names, and prints its warnings on stderr. Throws what loadInventory and selectHosts throw. */
export async function openInventory(options: {
  inventory: string;
  limit?: string;
  stack?: string;
}): Promise<OpenInventory> {
  const { inventory, warnings } = await loadInventory(options.inventory);
  const used = warnings.some(({ own }) => own !== undefined) ? await readStackTexts(options.stack) : [];
  const counting = warnings.filter(
    ({ own }) => own === undefined || !used.some((text) => usesVariable(text, own)),
  );
  for (const warning of counting.slice(0, mostWarnings)) {
    const hint = warning.hint === undefined ? "" : `\n  ${warning.hint}`;
    printErr(`warning: ${formatProblem(warning)}${hint}\n`);
  }
  if (counting.length > mostWarnings)
    printErr(`warning: and ${counting.length - mostWarnings} more of ${options.inventory}\n`);
  const terms = options.limit === undefined ? undefined : await readLimit(options.limit);
  return { inventory, hosts: selectHosts(inventory, terms) };
}
