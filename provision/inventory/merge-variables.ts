import type { Declarations } from "./declarations.ts";
import type { Assignment } from "./entry.ts";
import { type Group, listHosts, measureDepths } from "./group-graph.ts";
import type { InventoryHost } from "./inventory.ts";
import type { Variables } from "./value.ts";

/** The variables of the files beside the inventory, by group and by host. */
export interface SideVariables {
  groups: ReadonlyMap<string, readonly Assignment[]>;
  hosts: ReadonlyMap<string, readonly Assignment[]>;
}

type Layer = Iterable<readonly [string, Variables[string]]>;

/**
 * Merges each host's variables in Ansible's order, the later winning: the inventory's `all`, its other groups, group_vars/all,
 * the other group_vars, the host's own line, host_vars. Among groups the deeper wins, then the higher
 * `ansible_group_priority`, then the later name.
 */
export function mergeHosts(declared: Declarations, side: SideVariables): InventoryHost[] {
  const { groups } = declared.graph;
  const ancestors = findAncestors(groups);
  const rank = rankGroups(declared);
  return listHosts(groups, "all").map((name) => {
    const own = [...groups.values()].filter((group) => group.hosts.has(name)).map((group) => group.name);
    const all = new Set(own.flatMap((group) => [group, ...(ancestors.get(group) ?? [])]));
    all.delete("all");
    const ranked = [...all].sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
    const inline = (group: string): Layer => declared.groupVariables.get(group) ?? [];
    const beside = (group: string): Layer => toLayer(side.groups.get(group));
    const layers = [
      ...["all", ...ranked].map(inline),
      ...["all", ...ranked].map(beside),
      declared.hosts.get(name) ?? [],
      toLayer(side.hosts.get(name)),
    ];
    return { name, groups: [...all].sort(), vars: Object.fromEntries(layers.flatMap((layer) => [...layer])) };
  });
}

function toLayer(assignments: readonly Assignment[] = []): Layer {
  return assignments.map(({ name, value }) => [name, value] as const);
}

/** Every group's place in the order of precedence. */
function rankGroups({ graph, priorities }: Declarations): Map<string, number> {
  const depths = measureDepths(graph.groups);
  const order = [...graph.groups.keys()].sort(
    (a, b) =>
      (depths.get(a) ?? 0) - (depths.get(b) ?? 0) ||
      (priorities.get(a) ?? 1) - (priorities.get(b) ?? 1) ||
      (a < b ? -1 : 1),
  );
  return new Map(order.map((name, index) => [name, index]));
}

/** The groups that contain each group, directly or not. */
function findAncestors(groups: ReadonlyMap<string, Group>): Map<string, Set<string>> {
  const ancestors = new Map<string, Set<string>>();
  for (const [parent, { children }] of groups) {
    for (const child of children) ancestors.set(child, (ancestors.get(child) ?? new Set()).add(parent));
  }
  // A set grows while it is walked: parents of parents follow.
  for (const found of ancestors.values()) {
    for (const group of found) for (const above of ancestors.get(group) ?? []) found.add(above);
  }
  return ancestors;
}
