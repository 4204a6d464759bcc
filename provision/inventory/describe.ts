import { UserError } from "../../supervisor/config/user-error.ts";
import type { Group } from "./group-graph.ts";
import type { Inventory, InventoryHost } from "./inventory.ts";
import type { JsonValue } from "./json-text.ts";
import type { Variables } from "./value.ts";

/** Deeper, a drawing is wider than anybody reads. */
const DEEPEST = 500;

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

/** A group and what is below it as `ansible-inventory --graph` draws it; a group in two others is drawn twice. */
export function drawGraph(groups: ReadonlyMap<string, Group>, name: string, depth = 0): string[] {
  const group = groups.get(name);
  if (group === undefined) return [];
  if (depth > DEEPEST) {
    throw new UserError("inventory_depth", `cannot draw groups that are more than ${DEEPEST} deep`, {
      hint: "`longshore inventory --list` shows them all",
    });
  }
  const draw = (text: string, level: number) => (level === 0 ? text : `${"  |".repeat(level)}--${text}`);
  return [
    draw(`@${name}:`, depth),
    ...[...group.children].flatMap((child) => drawGraph(groups, child, depth + 1)),
    ...(name === "all" ? [] : [...group.hosts]).map((host) => draw(host, depth + 1)),
  ];
}
