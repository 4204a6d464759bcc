import type { InventoryHost } from "../inventory/inventory.ts";
import type { Connections } from "./connections.ts";
import type { RunOptions } from "./run-hosts.ts";

/** The hosts that an operation works on, and how. */
export interface Fleet {
  hosts: InventoryHost[];
  connections: Connections;
  /** what runHosts is called with: display, batches, limits, Ctrl-C, log */
  run: RunOptions;
}
