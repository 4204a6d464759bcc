import type { Group } from "./group-graph.ts";
import type { Variables } from "./python/value.ts";

/** A machine of the inventory with its variables merged: all < parent groups < child groups < its own. */
export interface InventoryHost {
  readonly name: string;
  /** every group that the host is in, by itself or through children; sorted, without `all` */
  readonly groups: string[];
  readonly vars: Variables;
  /** as the files have them: templates not filled in; absent where that is the same */
  readonly written?: Variables;
}

export interface Inventory {
  /** in the order in which Ansible works on them: group after group, each in the order of the file */
  readonly hosts: InventoryHost[];
  /** in the order of their first mention; `all` and `ungrouped` are always there */
  readonly groups: ReadonlyMap<string, Group>;
}
