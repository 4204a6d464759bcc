import { readFile } from "node:fs/promises";
import { UserError, UserErrors } from "../../supervisor/config/user-error.ts";
import { buildInventory, type Inventory } from "./inventory.ts";
import { type InventoryProblem, parseIni } from "./parse-ini.ts";

/**
 * Reads and resolves an inventory file.
 *
 * @throws UserError `inventory_unreadable`, `inventory_empty`; UserErrors `inventory_syntax` with every problem at its file:line:column
 */
export async function loadInventory(file: string): Promise<Inventory> {
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new UserError(
      "inventory_unreadable",
      `cannot read the inventory ${file}: ${cause.code ?? cause.message}`,
      {
        hint: "name another with -i FILE",
        cause,
      },
    );
  });
  return parseInventory(text, file);
}

/** {@link loadInventory} for text at hand; `file` is only for messages. */
export function parseInventory(text: string, file: string): Inventory {
  const { entries, problems } = parseIni(text);
  const { inventory, problems: groupProblems } = buildInventory(entries);
  const all = [...problems, ...groupProblems];
  if (all.length > 0)
    throw new UserErrors(
      "inventory_syntax",
      all.map((problem) => locate(problem, file)),
    );
  if (inventory.hosts.length === 0) {
    throw new UserError("inventory_empty", `the inventory ${file} has no hosts`, {
      hint: "add a line with a host name or address",
    });
  }
  return inventory;
}

function locate(problem: InventoryProblem, file: string): { message: string; hint?: string } {
  return { message: `${file}:${problem.line}:${problem.column}: ${problem.message}`, hint: problem.hint };
}
