import type { InventoryEntry, InventoryProblem, Variables } from "./parse-ini.ts";

/** A machine of the inventory with its variables merged: all < parent groups < child groups < its own. */
export interface InventoryHost {
  name: string;
  /** every group that the host is in, by itself or through children; sorted, without `all` */
  groups: string[];
  vars: Variables;
}

export interface Inventory {
  /** in the order of the file */
  hosts: InventoryHost[];
  /** the hosts of every group, children's hosts included */
  groups: Map<string, string[]>;
}

interface Group {
  children: Set<string>;
  hosts: Set<string>;
  vars: Variables;
  /** line of the first mention, for errors */
  line: number;
}

/** Merges the entries of an inventory file. Groups may be named before they are declared. */
export function buildInventory(entries: InventoryEntry[]): {
  inventory: Inventory;
  problems: InventoryProblem[];
} {
  const groups = new Map<string, Group>();
  const hostVars = new Map<string, Variables>();
  const declared = new Set<string>(["all", "ungrouped"]);
  const group = (name: string, line: number): Group => {
    const known = groups.get(name) ?? { children: new Set(), hosts: new Set(), vars: {}, line };
    groups.set(name, known);
    return known;
  };
  for (const entry of entries) {
    const target = group(entry.group, entry.line);
    if (entry.kind === "group") declared.add(entry.group);
    if (entry.kind === "children") target.children.add(entry.child);
    if (entry.kind === "vars") Object.assign(target.vars, entry.vars);
    if (entry.kind !== "hosts") continue;
    for (const name of entry.names) {
      target.hosts.add(name);
      const port: Variables = entry.port === undefined ? {} : { ansible_port: entry.port };
      hostVars.set(name, { ...hostVars.get(name), ...port, ...entry.vars });
    }
  }
  const problems = findProblems(entries, groups, declared);
  if (problems.length > 0) return { inventory: { hosts: [], groups: new Map() }, problems };
  return { inventory: resolve(groups, hostVars), problems };
}

function findProblems(
  entries: InventoryEntry[],
  groups: Map<string, Group>,
  declared: Set<string>,
): InventoryProblem[] {
  const problems: InventoryProblem[] = [];
  for (const entry of entries) {
    if (entry.kind === "vars" && !declared.has(entry.group)) {
      problems.push({
        line: entry.line,
        column: 1,
        message: `[${entry.group}:vars] is for a group that is not declared`,
        hint: `add a section [${entry.group}]`,
      });
      declared.add(entry.group);
    }
    if (entry.kind === "children" && !declared.has(entry.child)) {
      problems.push({
        line: entry.line,
        column: 1,
        message: `group ${entry.child} of [${entry.group}:children] is not declared`,
        hint: `add a section [${entry.child}]`,
      });
      declared.add(entry.child);
    }
  }
  for (const [name, { line }] of groups) {
    const cycle = findCycle(groups, name);
    if (cycle !== undefined) {
      problems.push({ line, column: 1, message: `group ${name} contains itself: ${cycle.join(" → ")}` });
      break;
    }
  }
  return problems;
}

function findCycle(groups: Map<string, Group>, start: string, path: string[] = []): string[] | undefined {
  if (path.includes(start)) return [...path.slice(path.indexOf(start)), start];
  for (const child of groups.get(start)?.children ?? []) {
    const cycle = findCycle(groups, child, [...path, start]);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

function resolve(groups: Map<string, Group>, hostVars: Map<string, Variables>): Inventory {
  const members = new Map<string, string[]>();
  for (const name of groups.keys()) members.set(name, [...collectHosts(groups, name)]);
  const names = [...hostVars.keys()];
  members.set("all", names);
  const depths = groupDepths(groups);
  const hosts = names.map((name) => {
    // Parents before children; groups of one depth by name, as Ansible merges them.
    const own = [...members.keys()]
      .filter((g) => g !== "all" && members.get(g)?.includes(name))
      .sort((a, b) => (depths.get(a) ?? 1) - (depths.get(b) ?? 1) || (a < b ? -1 : 1));
    const layers = ["all", ...own].map((g) => groups.get(g)?.vars ?? {});
    return {
      name,
      groups: [...own].sort(),
      vars: Object.assign({}, ...layers, hostVars.get(name)) as Variables,
    };
  });
  return { hosts, groups: members };
}

function collectHosts(groups: Map<string, Group>, name: string): Set<string> {
  const hosts = new Set(groups.get(name)?.hosts);
  for (const child of groups.get(name)?.children ?? []) {
    for (const host of collectHosts(groups, child)) hosts.add(host);
  }
  return hosts;
}

function groupDepths(groups: Map<string, Group>): Map<string, number> {
  const depths = new Map<string, number>();
  const visit = (name: string, depth: number): void => {
    if ((depths.get(name) ?? 0) >= depth) return;
    depths.set(name, depth);
    for (const child of groups.get(name)?.children ?? []) visit(child, depth + 1);
  };
  for (const name of groups.keys()) visit(name, 1);
  return depths;
}
