import { basename, dirname, resolve } from "node:path";
import type { Declarations } from "./declarations.ts";
import type { Assignment } from "./entry.ts";
import { fillTemplates } from "./fill-templates.ts";
import { type Group, listHosts, measureDepths } from "./group-graph.ts";
import type { InventoryHost } from "./inventory.ts";
import type { Variables } from "./python/value.ts";

/** The variables of the files beside the inventory, by group and by host. */
export interface SideVariables {
  groups: ReadonlyMap<string, readonly Assignment[]>;
  hosts: ReadonlyMap<string, readonly Assignment[]>;
  /** files that ansible-vault encrypted as a whole, by group and by host */
  encryptedOfGroups: ReadonlyMap<string, readonly string[]>;
  encryptedOfHosts: ReadonlyMap<string, readonly string[]>;
}

type Layer = Iterable<readonly [string, Variables[string]]>;

/**
 * Merges each host's variables in Ansible's order, the later winning: the inventory's `all`, its other groups, group_vars/all,
 * the other group_vars, the host's own line, host_vars. Among groups the deeper wins, then the higher
 * `ansible_group_priority`, then the later name. A host's variables are merged when they are asked for: a command on one host
 * does not pay for ten thousand.
 *
 * @param file the inventory's own path, for `inventory_dir`
 */
export function mergeHosts(declared: Declarations, side: SideVariables, file: string): InventoryHost[] {
  const { groups } = declared.graph;
  const parents = findParents(groups);
  const rank = rankGroups(declared);
  const ownGroups = new Map<string, string[]>();
  for (const group of groups.values()) {
    for (const host of group.hosts) {
      const own = ownGroups.get(host);
      if (own === undefined) ownGroups.set(host, [group.name]);
      else own.push(group.name);
    }
  }
  // Hosts of the same groups share the list.
  const known = new Map<string, string[]>();
  const rankedGroups = (host: string): string[] => {
    const own = ownGroups.get(host) ?? [];
    const key = own.join("\n");
    const found =
      known.get(key) ?? listAncestors(own, parents).sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
    known.set(key, found);
    return found;
  };
  const inline = (group: string): Layer => declared.groupVariables.get(group) ?? [];
  const beside = (group: string): Layer => toLayer(side.groups.get(group));
  return listHosts(groups, "all").map((name) => {
    const listGroups = () => [...rankedGroups(name)].sort();
    const merge = (): Variables => {
      const ranked = ["all", ...rankedGroups(name)];
      const layers = [
        ...ranked.map(inline),
        ...ranked.map(beside),
        declared.hosts.get(name) ?? [],
        toLayer(side.hosts.get(name)),
      ];
      return Object.fromEntries(layers.flatMap((layer) => [...layer]));
    };
    const fill = (written: Variables): Variables =>
      fillTemplates(written, {
        magic: {
          inventory_hostname: name,
          inventory_hostname_short: name.split(".")[0] ?? name,
          group_names: listGroups(),
          inventory_dir: dirname(resolve(file)),
          inventory_file: resolve(dirname(file), basename(file)),
        },
        encryptedFiles: [
          ...["all", ...rankedGroups(name)].flatMap((group) => side.encryptedOfGroups.get(group) ?? []),
          ...(side.encryptedOfHosts.get(name) ?? []),
        ],
      });
    return new MergedHost(name, listGroups, merge, fill);
  });
}

class MergedHost implements InventoryHost {
  private ownGroups: string[] | undefined;
  private ownWritten: Variables | undefined;
  private ownVars: Variables | undefined;
  constructor(
    readonly name: string,
    readonly listGroups: () => string[],
    readonly merge: () => Variables,
    readonly fill: (written: Variables) => Variables,
  ) {}

  get groups(): string[] {
    this.ownGroups ??= this.listGroups();
    return this.ownGroups;
  }

  get written(): Variables {
    this.ownWritten ??= this.merge();
    return this.ownWritten;
  }

  get vars(): Variables {
    this.ownVars ??= this.fill(this.written);
    return this.ownVars;
  }
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

/** The groups that have each group as a child. */
function findParents(groups: ReadonlyMap<string, Group>): Map<string, string[]> {
  const parents = new Map<string, string[]>();
  for (const [parent, { children }] of groups) {
    for (const child of children) {
      const known = parents.get(child);
      if (known === undefined) parents.set(child, [parent]);
      else known.push(parent);
    }
  }
  return parents;
}

/** Some groups and all that contain them, without `all`. */
function listAncestors(own: readonly string[], parents: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set(own);
  // A set grows while it is walked: parents of parents follow.
  for (const group of found) for (const parent of parents.get(group) ?? []) found.add(parent);
  found.delete("all");
  return [...found];
}
