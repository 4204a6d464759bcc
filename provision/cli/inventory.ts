import { UserError } from "../../shared/user-error.ts";
import { escapeJson, makeOneLine } from "../../shared/visible-text.ts";
import { describeInventory, describeUsed, drawGraph } from "../inventory/describe.ts";
import type { Inventory } from "../inventory/inventory.ts";
import { formatJson } from "../inventory/python/json-text.ts";
import { printOut } from "../ui/terminal.ts";
import { type OpenInventory, openInventory } from "./session/open-inventory.ts";

export interface InventoryOptions {
  inventory: string;
  list?: boolean;
  /** a group's name, or true for all */
  graph?: string | boolean;
  host?: string;
  limit?: string;
}

/** `longshore inventory`: what Longshore reads in the inventory, without touching a host. Returns the exit code. */
export async function inventoryCommand(options: InventoryOptions): Promise<number> {
  const views = (["list", "graph", "host", "limit"] as const).filter((view) => options[view] !== undefined);
  if (views.length > 1) {
    const message = `cannot combine ${views.map((view) => `--${view}`).join(" and ")}`;
    throw new UserError("usage", message, { hint: "ask for one of them at a time" });
  }
  printOut(`${show(await openInventory(options), options)}\n`);
  return 0;
}

function show({ inventory, hosts }: OpenInventory, { list, graph, host, limit }: InventoryOptions): string {
  if (list === true) return escapeJson(formatJson(describeInventory(inventory)));
  if (host !== undefined) return showHost(inventory, host);
  if (limit !== undefined) return hosts.map(({ name }) => makeOneLine(name)).join("\n");
  return showGraph(inventory, typeof graph === "string" ? graph : "all");
}

function showHost({ hosts }: Inventory, name: string): string {
  const host = hosts.find((each) => each.name === name);
  if (host !== undefined) return escapeJson(formatJson(describeUsed(host)));
  throw new UserError("unknown_host", `the inventory has no host ${name}`, {
    hint: "`longshore inventory --graph` shows its hosts",
  });
}

function showGraph({ groups }: Inventory, name: string): string {
  if (groups.has(name)) return drawGraph(groups, name).map(makeOneLine).join("\n");
  throw new UserError("unknown_group", `the inventory has no group ${name}`, {
    hint: `groups: ${[...groups.keys()].join(", ")}`,
  });
}
