/** A group of the inventory. Names are in the order in which the file adds them. */
export interface Group {
  readonly name: string;
  /** the hosts that are its own, not its children's */
  readonly hosts: Set<string>;
  readonly children: Set<string>;
}

/** Thrown for a group that would contain itself. */
export class GroupCycleError extends Error {
  override readonly name = "GroupCycleError";
  constructor(readonly path: readonly string[]) {
    super(`group ${path[0]} contains itself: ${path.join(" → ")}`);
  }
}

/** The groups of an inventory and how they contain each other: `all` and `ungrouped` are always there. */
export class GroupGraph {
  readonly #groups = new Map<string, Group>();

  constructor() {
    this.add("all");
    this.add("ungrouped");
    this.addChild("all", "ungrouped");
  }

  get groups(): ReadonlyMap<string, Group> {
    return this.#groups;
  }

  has(name: string): boolean {
    return this.#groups.has(name);
  }

  /** The group of that name, made where there is none. */
  add(name: string): Group {
    const group = this.#groups.get(name) ?? { name, hosts: new Set(), children: new Set() };
    this.#groups.set(name, group);
    return group;
  }

  addHost(group: string, host: string): void {
    this.add(group).hosts.add(host);
  }

  /** @throws GroupCycleError */
  addChild(parent: string, child: string): void {
    const { children } = this.add(parent);
    this.add(child);
    if (children.has(child)) return;
    const path = this.#pathTo(child, parent);
    if (path !== undefined) throw new GroupCycleError([...path, child]);
    children.add(child);
  }

  /** The groups from `from` down to `to`, both included. */
  #pathTo(from: string, to: string): string[] | undefined {
    if (from === to) return [from];
    for (const child of this.#groups.get(from)?.children ?? []) {
      const path = this.#pathTo(child, to);
      if (path !== undefined) return [from, ...path];
    }
    return undefined;
  }
}

/** A group and all below it, each once: itself, its children, their children, level by level as Ansible lists hosts. */
export function listDescendants(groups: ReadonlyMap<string, Group>, name: string): string[] {
  const found = new Set([name]);
  for (const each of found) {
    for (const child of groups.get(each)?.children ?? []) found.add(child);
  }
  return [...found];
}

/** The hosts of a group and of all groups below it, each once. */
export function listHosts(groups: ReadonlyMap<string, Group>, name: string): string[] {
  const hosts = listDescendants(groups, name).flatMap((each) => [...(groups.get(each)?.hosts ?? [])]);
  return [...new Set(hosts)];
}

/** How far each group is from `all` at most: the deeper group's variables win. */
export function measureDepths(groups: ReadonlyMap<string, Group>): Map<string, number> {
  const depths = new Map<string, number>();
  const visit = (name: string, depth: number): void => {
    if ((depths.get(name) ?? -1) >= depth) return;
    depths.set(name, depth);
    for (const child of groups.get(name)?.children ?? []) visit(child, depth + 1);
  };
  visit("all", 0);
  return depths;
}
