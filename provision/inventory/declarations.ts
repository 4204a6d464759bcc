import { warnOfPriority } from "./advice.ts";
import type { Assignment, Entry } from "./entry.ts";
import type { Findings, Place } from "./findings.ts";
import { GroupCycleError, GroupGraph } from "./group-graph.ts";
import type { VariableValue } from "./python/value.ts";

/** What an inventory file declares, before variables are merged. */
export interface Declarations {
  graph: GroupGraph;
  /** every host in the order of its first mention, with the variables of its lines */
  hosts: Map<string, Map<string, VariableValue>>;
  groupVariables: Map<string, Map<string, VariableValue>>;
  /** `ansible_group_priority`, where it is not 1 */
  priorities: Map<string, number>;
  /** every assignment of the file, for advice about names */
  assignments: Assignment[];
}

/** A group that a line used before any section declared it. */
interface Pending {
  readonly kind: "vars" | "children";
  readonly parents: string[];
  readonly at: Place;
}

/**
 * Takes the entries in the order of the file, as Ansible does: a group may be named as a child, or given variables, before
 * it is declared; a child that is declared later comes after its siblings.
 */
export function collectDeclarations(entries: readonly Entry[], findings: Findings): Declarations {
  const declared: Declarations = {
    graph: new GroupGraph(),
    hosts: new Map(),
    groupVariables: new Map(),
    priorities: new Map(),
    assignments: [],
  };
  const pending = new Map<string, Pending>();
  for (const entry of entries) {
    if (entry.kind === "section") openSection(entry, declared, pending, findings);
    else if (entry.kind === "child") takeChild(entry, declared, pending, findings);
    else if (entry.kind === "hosts") takeHosts(entry, declared, findings);
    else {
      declared.assignments.push(entry.variable);
      setGroupVariable(entry.group, entry.variable, declared, findings);
    }
  }
  for (const [name, { kind, parents, at }] of pending) {
    const section = kind === "vars" ? `${name}:vars` : `${parents[0]}:children`;
    findings.refuse(
      at,
      `[${section}] names the group ${name}, which is not declared`,
      `add a section [${name}]`,
    );
  }
  adoptOrphans(declared.graph);
  settleUngrouped(declared);
  return declared;
}

function openSection(
  { group, section, at }: Extract<Entry, { kind: "section" }>,
  { graph }: Declarations,
  pending: Map<string, Pending>,
  findings: Findings,
): void {
  if (section === "vars") {
    if (!graph.has(group) && !pending.has(group)) pending.set(group, { kind: "vars", parents: [], at });
    graph.add(group);
    return;
  }
  graph.add(group);
  for (const parent of pending.get(group)?.parents ?? []) addChild(graph, parent, group, at, findings);
  pending.delete(group);
}

function takeChild(
  { group, child, at }: Extract<Entry, { kind: "child" }>,
  { graph }: Declarations,
  pending: Map<string, Pending>,
  findings: Findings,
): void {
  if (child === "ungrouped" && group !== "all") {
    const hint = "its hosts are those in no group: give them a group of their own";
    findings.refuse(at, `ungrouped cannot be a child of ${group}`, hint);
  } else if (child === "all") {
    findings.refuse(at, `all cannot be a child of ${group}: every group is in all`);
  } else if (graph.has(child)) {
    addChild(graph, group, child, at, findings);
  } else {
    const known = pending.get(child);
    if (known === undefined) pending.set(child, { kind: "children", parents: [group], at });
    else known.parents.push(group);
  }
}

function addChild(graph: GroupGraph, parent: string, child: string, at: Place, findings: Findings): void {
  try {
    graph.addChild(parent, child);
  } catch (error) {
    if (!(error instanceof GroupCycleError)) throw error;
    findings.refuse(at, error.message, `take one of them out of its :children section`);
  }
}

function takeHosts(
  { group, names, port, variables, at }: Extract<Entry, { kind: "hosts" }>,
  declared: Declarations,
  findings: Findings,
): void {
  const { graph, hosts } = declared;
  for (const variable of variables) declared.assignments.push(variable);
  for (const name of names) {
    const known = hosts.get(name);
    const own = known ?? new Map<string, VariableValue>();
    hosts.set(name, own);
    graph.addHost(group, name);
    if (port !== undefined && known === undefined) own.set("ansible_port", port);
    if (port !== undefined && known !== undefined && own.get("ansible_port") !== port) {
      const hint = `write ansible_port=${port}, or the port where the host stands first`;
      findings.warn(at, `port ${port} of ${name} is not read: the host stands further up without it`, hint);
    }
    for (const variable of variables) {
      // Ansible looks among the groups first.
      if (graph.has(name)) setGroupVariable(name, variable, declared, findings);
      else own.set(variable.name, variable.value);
    }
    if (graph.has(name) && variables.length > 0) {
      const hint = `rename the host, and give its address with ansible_host=`;
      findings.warn(at, `the variables of host ${name} go to the group of the same name`, hint);
    }
  }
  warnOfRepetition(variables, findings);
  warnOfPriority(variables, findings);
}

function setGroupVariable(
  group: string,
  { name, value, at }: Assignment,
  { groupVariables, priorities }: Declarations,
  findings: Findings,
): void {
  if (name === "ansible_group_priority") {
    const priority = /^\s*[+-]?\d+\s*$/.test(String(value)) ? Number(value) : undefined;
    if (priority !== undefined) priorities.set(group, priority);
    else findings.refuse(at, `ansible_group_priority=${value} of group ${group} is not a whole number`);
    return;
  }
  const variables = groupVariables.get(group) ?? new Map<string, VariableValue>();
  if (variables.has(name) && variables.get(name) !== value) {
    findings.warn(at, `${name} of group ${group} is set twice: this one counts`);
  }
  groupVariables.set(group, variables.set(name, value));
}

function warnOfRepetition(variables: readonly Assignment[], findings: Findings): void {
  const earlier = new Set<string>();
  for (const { name, at } of variables) {
    if (earlier.has(name)) findings.warn(at, `${name} is set twice on this line: this one counts`);
    earlier.add(name);
  }
}

/** Every group without a parent is a child of `all`. */
function adoptOrphans(graph: GroupGraph): void {
  const children = new Set([...graph.groups.values()].flatMap((group) => [...group.children]));
  for (const name of graph.groups.keys()) {
    if (name !== "all" && !children.has(name)) graph.addChild("all", name);
  }
}

/** `ungrouped` has the hosts that are in no other group than `all`, wherever they were written. */
function settleUngrouped({ graph, hosts }: Declarations): void {
  const ungrouped = graph.add("ungrouped").hosts;
  const others = [...graph.groups.values()].filter(({ name }) => name !== "all" && name !== "ungrouped");
  const grouped = new Set(others.flatMap((group) => [...group.hosts]));
  const kept = [...ungrouped].filter((name) => !grouped.has(name));
  const added = [...hosts.keys()].filter((name) => !grouped.has(name));
  ungrouped.clear();
  for (const name of [...kept, ...added]) ungrouped.add(name);
}
