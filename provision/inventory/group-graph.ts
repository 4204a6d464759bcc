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
  private readonly byName = new Map<string, Group>();
  /** groups that another one than `all` has as a child */
  private readonly contained = new Set<string>();

  constructor() {
    this.add("all");
    this.add("ungrouped");
    this.addChild("all", "ungrouped");
  }

  get groups(): ReadonlyMap<string, Group> {
    return this.byName;
  }

  has(name: string): boolean {
    return this.byName.has(name);
  }

  /** The group of that name, made where there is none. */
  add(name: string): Group {
    const group = this.byName.get(name) ?? { name, hosts: new Set(), children: new Set() };
    this.byName.set(name, group);
    return group;
  }

  addHost(group: string, host: string): void {
    this.add(group).hosts.add(host);
  }

  /** @throws GroupCycleError */
  addChild(parent: string, child: string): void {
    const { children } = this.add(parent);
    const { children: below } = this.add(child);
    if (children.has(child)) return;
    // A circle needs a way down from the child and a way up from the parent: without both nothing is searched.
    const mayClose = parent === child || (below.size > 0 && this.contained.has(parent));
    const path = mayClose ? this.pathTo(child, parent) : undefined;
    if (path !== undefined) throw new GroupCycleError([...path, child]);
    children.add(child);
    if (parent !== "all") this.contained.add(child);
  }

  /** The groups from `from` down to `to`, both included. Each group is looked at once, however many ways lead to it. */
  private pathTo(from: string, to: string): string[] | undefined {
    const above = new Map<string, string | undefined>([[from, undefined]]);
    for (const [name] of above) {
      if (name === to) return listWay(above, to);
      for (const child of this.byName.get(name)?.children ?? [])
        if (!above.has(child)) above.set(child, name);
    }
    return undefined;
  }
}

function listWay(above: ReadonlyMap<string, string | undefined>, to: string): string[] {
  const way: string[] = [];
  for (let at: string | undefined = to; at !== undefined; at = above.get(at)) way.unshift(at);
  return way;
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

/** How far each group is from `all` at most: the deeper group's variables win. Each group is visited once, after its parents. */
export function measureDepths(groups: ReadonlyMap<string, Group>): Map<string, number> {
  const waitsFor = new Map<string, number>();
  for (const { children } of groups.values()) {
    for (const child of children) waitsFor.set(child, (waitsFor.get(child) ?? 0) + 1);
  }
  const depths = new Map([["all", 0]]);
  // The list grows while it is walked.
  const ready = ["all"];
  for (const name of ready) {
    const depth = (depths.get(name) ?? 0) + 1;
    for (const child of groups.get(name)?.children ?? []) {
      depths.set(child, Math.max(depths.get(child) ?? 0, depth));
      const left = (waitsFor.get(child) ?? 0) - 1;
      waitsFor.set(child, left);
      if (left === 0) ready.push(child);
    }
  }
  return depths;
}
