import type { InventoryHost } from "./inventory.ts";

/** A setting of an ansible.cfg that would count in Ansible. */
export interface AnsibleSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** counts from 1 */
  readonly line: number;
}

/** Of what a run is asked to do, as far as it makes a setting superfluous. */
export interface ConfigUse {
  readonly hosts: readonly InventoryHost[];
  readonly forks: number;
  /** the options that are on, by their long names */
  readonly options: ReadonlySet<string>;
}

interface Known {
  readonly section: string;
  readonly keys: readonly string[];
  /** undefined where the value changes nothing */
  way(value: string, use: ConfigUse): string | undefined;
}

const everywhere = "in [all:vars] of the inventory";

function variable(names: readonly [string, ...string[]]): Known["way"] {
  return (value, { hosts }) => {
    const isSaid = hosts.every(({ vars }) => names.some((name) => Object.hasOwn(vars, name)));
    return isSaid ? undefined : `write ${names[0]}=${quote(value)} ${everywhere}`;
  };
}

function option(long: string, unless: RegExp): Known["way"] {
  return (value, { options }) => (unless.test(value) || options.has(long) ? undefined : `write ${long}`);
}

const no = /^(no|false|0|off|f|n)$/i;
const yes = /^(yes|true|1|on|t|y)$/i;

/** Source: Ansible 2.14, docs/reference_appendices/config.html. */
const known: readonly Known[] = [
  { section: "defaults", keys: ["remote_user"], way: variable(["ansible_user", "ansible_ssh_user"]) },
  { section: "defaults", keys: ["remote_port"], way: variable(["ansible_port", "ansible_ssh_port"]) },
  {
    section: "defaults",
    keys: ["private_key_file"],
    way: variable(["ansible_ssh_private_key_file", "ansible_private_key_file"]),
  },
  { section: "defaults", keys: ["timeout"], way: variable(["ansible_timeout", "ansible_ssh_timeout"]) },
  { section: "ssh_connection", keys: ["timeout"], way: variable(["ansible_timeout", "ansible_ssh_timeout"]) },
  {
    section: "defaults",
    keys: ["host_key_checking"],
    way: (value, { options }) =>
      yes.test(value) || options.has("--accept-new")
        ? undefined
        : "host keys are always checked; --accept-new records those that are new",
  },
  {
    section: "defaults",
    keys: ["forks"],
    way: (value, { forks }) => (Number(value) === forks ? undefined : `write --forks ${quote(value)}`),
  },
  { section: "defaults", keys: ["ask_pass"], way: option("--ask-pass", no) },
  {
    section: "defaults",
    keys: ["vault_password_file", "vault_identity_list", "ask_vault_pass"],
    way: () => "nothing is decrypted with ansible-vault: write what a run needs in plain, or into secrets/",
  },
  {
    section: "ssh_connection",
    keys: ["ssh_args", "ssh_common_args", "ssh_extra_args"],
    way: variable(["ansible_ssh_common_args", "ansible_ssh_args", "ansible_ssh_extra_args"]),
  },
  { section: "privilege_escalation", keys: ["become_ask_pass"], way: option("--ask-become-pass", no) },
  {
    section: "privilege_escalation",
    keys: ["become"],
    way: (value) =>
      yes.test(value) ? undefined : "everything is done as root: log in as root, or have sudo",
  },
  {
    section: "privilege_escalation",
    keys: ["become_user"],
    way: (value) => (value === "root" ? undefined : "everything is done as root: leave it out"),
  },
  {
    section: "privilege_escalation",
    keys: ["become_method"],
    way: (value) => (value === "sudo" ? undefined : "root is become with sudo: leave it out"),
  },
];

/** Reads an ansible.cfg as Python's configparser does, as far as a warning needs it. */
export function parseAnsibleConfig(text: string): AnsibleSetting[] {
  let section = "";
  return text.split(/\r?\n/).flatMap((raw, index): AnsibleSetting[] => {
    const line = raw.replace(/^\uFEFF/, "");
    if (/^\s*([#;]|$)/.test(line)) return [];
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) section = header;
    const [, key, value = ""] = /^([A-Za-z_]\w*)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (header !== undefined || key === undefined) return [];
    const plain = value.replace(/\s;.*$/, "").trim();
    return plain === "" ? [] : [{ section, key: key.toLowerCase(), value: plain, line: index + 1 }];
  });
}

/** The settings that a run does not have from elsewhere, with the line to write for each: `ansible.cfg:3: …`. */
export function listLost(file: string, settings: readonly AnsibleSetting[], use: ConfigUse): string[] {
  return settings.flatMap(({ section, key, value, line }) => {
    const found = known.find((each) => each.section === section && each.keys.includes(key));
    const way = found?.way(value, use);
    return way === undefined ? [] : [`${file}:${line}: ${key} is not read: ${way}`];
  });
}

/** Where an ansible.cfg has the inventory. */
export function findInventory(settings: readonly AnsibleSetting[]): AnsibleSetting | undefined {
  return settings.find((each) => each.section === "defaults" && each.key === "inventory");
}

function quote(value: string): string {
  return /^[\w@%+:,./~-]+$/.test(value) ? value : JSON.stringify(value);
}
