import { UserError } from "../../shared/user-error.ts";
import type { Group } from "./group-graph.ts";
import type { Inventory, InventoryHost } from "./inventory.ts";
import type { JsonValue } from "./python/json-text.ts";
import type { Variables } from "./python/value.ts";

/** Deeper, a drawing is wider than anybody reads. */
const DEEPEST = 500;

/** A drawing of more lines is that of groups which are in several others, again and again: each level doubles it. */
const MOST_LINES = 100_000;

/** Names that Ansible gives a value of its own, and that `ansible-inventory` therefore leaves out. */
const INTERNAL = new Set(
  `ansible_diff_mode ansible_config_file ansible_facts ansible_forks ansible_inventory_sources ansible_limit
  ansible_playbook_python ansible_run_tags ansible_skip_tags ansible_verbosity ansible_version inventory_dir inventory_file
  inventory_hostname inventory_hostname_short groups group_names omit playbook_dir`.split(/\s+/),
);

/** The inventory as `ansible-inventory --list` shows it: groups with their own hosts and children, and hosts' variables. */
export function describeInventory({ hosts, groups }: Inventory): JsonValue {
  const described = [...groups.values()]
    .map(({ name, hosts: own, children }) => {
      const parts: [string, string[]][] = [
        ["hosts", name === "all" ? [] : [...own]],
        ["children", [...children]],
      ];
      return [name, Object.fromEntries(parts.filter(([, names]) => names.length > 0))] as const;
    })
    .filter(([, group]) => Object.keys(group).length > 0);
  const hostvars = hosts
    .map((host) => [host.name, describeHost(host)] as const)
    .filter(([, variables]) => Object.keys(variables).length > 0);
  return { ...Object.fromEntries(described), _meta: { hostvars: Object.fromEntries(hostvars) } };
}

/** A host's variables as `ansible-inventory --host` shows them: as they are written. */
export function describeHost({ vars, written = vars }: InventoryHost): Variables {
  return withoutInternal(written);
}

/** A host's variables as they are used, with templates filled in. */
export function describeUsed({ vars }: InventoryHost): Variables {
  return withoutInternal(vars);
}

function withoutInternal(vars: Variables): Variables {
  return Object.fromEntries(Object.entries(vars).filter(([name]) => !INTERNAL.has(name)));
}

/**
 * A group and what is below it as `ansible-inventory --graph` draws it; a group in two others is drawn twice.
 *
 * @throws UserError `inventory_depth`; `inventory_size` where groups that are in several others make a drawing without end
 */
export function drawGraph(groups: ReadonlyMap<string, Group>, name: string): string[] {
  const lines: string[] = [];
  const add = (text: string, level: number) => {
    if (lines.length === MOST_LINES)
      throw refuseDrawing("inventory_size", `that make more than ${MOST_LINES} lines`);
    lines.push(level === 0 ? text : `${"  |".repeat(level)}--${text}`);
  };
  const draw = (at: string, depth: number) => {
    const group = groups.get(at);
    if (group === undefined) return;
    if (depth > DEEPEST) throw refuseDrawing("inventory_depth", `that are more than ${DEEPEST} deep`);
    add(`@${at}:`, depth);
    for (const child of group.children) draw(child, depth + 1);
    if (at !== "all") for (const host of group.hosts) add(host, depth + 1);
  };
  draw(name, 0);
  return lines;
}

function refuseDrawing(code: string, which: string): UserError {
  return new UserError(code, `cannot draw groups ${which}`, {
    hint: "`longshore inventory --list` shows them all",
  });
}
