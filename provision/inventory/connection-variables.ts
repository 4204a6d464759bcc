import { UserError } from "../../shared/user-error.ts";
import type { InventoryHost } from "./inventory.ts";
import { Opaque } from "./python/opaque.ts";
import { isCollection, type VariableValue } from "./python/value.ts";

/** What a host's variables say about reaching it. What is undefined is for ssh's own configuration to say. */
export interface ConnectionVariables {
  kind: "ssh" | "local";
  /** the name or address to connect to */
  address: string;
  port: number | undefined;
  user: string | undefined;
  password: string | undefined;
  identityFile: string | undefined;
  /** ssh's own arguments, in the order in which ssh would get them */
  sshArguments: string;
  connectTimeoutSeconds: number | undefined;
  /** false accepts a host key that is not known yet */
  hostKeyChecking: boolean | undefined;
  /** false asks for no sudo at all; undefined leaves it to the work */
  become: boolean | undefined;
  becomePassword: string | undefined;
}

/** Of several names for one thing the last one that is set counts, as in Ansible's ssh and sudo plugins. */
const NAMES = {
  connection: ["ansible_connection"],
  address: ["ansible_host", "ansible_ssh_host"],
  port: ["ansible_port", "ansible_ssh_port"],
  user: ["ansible_user", "ansible_ssh_user"],
  password: ["ansible_password", "ansible_ssh_pass", "ansible_ssh_password"],
  identityFile: ["ansible_private_key_file", "ansible_ssh_private_key_file"],
  connectTimeout: ["ansible_timeout", "ansible_ssh_timeout"],
  hostKeyChecking: ["ansible_host_key_checking", "ansible_ssh_host_key_checking"],
  become: ["ansible_become"],
  becomeMethod: ["ansible_become_method"],
  becomeUser: ["ansible_become_user", "ansible_sudo_user"],
  becomePassword: ["ansible_become_password", "ansible_become_pass", "ansible_sudo_pass"],
} as const;

const KINDS: Readonly<Record<string, ConnectionVariables["kind"]>> = {
  ssh: "ssh",
  smart: "ssh",
  paramiko: "ssh",
  paramiko_ssh: "ssh",
  local: "local",
};

/**
 * Reads a host's behavioural variables.
 *
 * @throws UserError `inventory_variable` for a value that cannot be used, naming the variable and the host
 */
export function readConnectionVariables(host: InventoryHost): ConnectionVariables {
  const one = (what: keyof typeof NAMES) => findVariable(host, NAMES[what]);
  const text = (what: keyof typeof NAMES) => asText(host, one(what));
  refuseOtherBecome(host, one("becomeMethod"), ["sudo"]);
  refuseOtherBecome(host, one("becomeUser"), ["root"]);
  refuseForeignSettings(host);
  const sshArguments = ["ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"]
    .map((name) => asText(host, findVariable(host, [name])))
    .filter((part) => part !== undefined && part !== "");
  return {
    kind: asKind(host, one("connection")),
    address: text("address") ?? host.name,
    port: asNumber(host, one("port"), 65_535),
    user: text("user"),
    password: asLine(host, one("password")),
    identityFile: text("identityFile"),
    sshArguments: sshArguments.join(" "),
    connectTimeoutSeconds: asNumber(host, one("connectTimeout"), 86_400),
    hostKeyChecking: asBoolean(host, one("hostKeyChecking")),
    become: asBoolean(host, one("become")),
    becomePassword: asLine(host, one("becomePassword")),
  };
}

/** Variables that say in Ansible how a host is reached, and that cannot be followed here: the values that change nothing. */
const FOREIGN: readonly { names: readonly string[]; harmless: RegExp; hint: string }[] = [
  {
    names: ["ansible_become_exe", "ansible_sudo_exe"],
    harmless: /^sudo$/,
    hint: "sudo of the host's PATH is used: leave it out",
  },
  {
    names: ["ansible_become_flags", "ansible_sudo_flags"],
    harmless: /^(?:\s*-[HSn]+)*\s*$/,
    hint: "sudo is called without flags of yours: leave it out, and set them in /etc/sudoers",
  },
  {
    names: ["ansible_ssh_executable"],
    harmless: /^(?:\/usr\/bin\/)?ssh$/,
    hint: "longshore speaks SSH itself: write what the program adds into ~/.ssh/config",
  },
  {
    names: ["ansible_ssh_pkcs11_provider"],
    harmless: /^$/,
    hint: "give the key to your agent: ssh-add -s PROVIDER",
  },
  {
    names: ["ansible_shell_type"],
    harmless: /^(?:sh|csh|fish)$/,
    hint: "hosts have a POSIX shell",
  },
];

function refuseForeignSettings(host: InventoryHost): void {
  for (const { names, harmless, hint } of FOREIGN) {
    for (const name of names) {
      const variable = findVariable(host, [name]);
      const text = asText(host, variable);
      if (variable !== undefined && text !== undefined && !harmless.test(text))
        throw unusable(host, variable, hint);
    }
  }
}

interface Variable {
  name: string;
  value: VariableValue;
}

function findVariable(host: InventoryHost, names: readonly string[]): Variable | undefined {
  const set = names.filter((name) => Object.hasOwn(host.vars, name) && host.vars[name] !== null);
  const name = set.at(-1);
  return name === undefined ? undefined : { name, value: host.vars[name] ?? null };
}

function asText(host: InventoryHost, variable: Variable | undefined): string | undefined {
  if (variable === undefined) return undefined;
  const { value } = variable;
  if (value instanceof Opaque)
    throw unusable(host, { ...variable, value: value.written }, `${value.reason}: ${value.hint}`);
  if (isCollection(value)) throw unusable(host, variable, "a text is needed");
  return String(value);
}

/** A password has one line: sudo takes the first, and the rest would come before the command's own input. */
function asLine(host: InventoryHost, variable: Variable | undefined): string | undefined {
  const text = asText(host, variable);
  if (variable !== undefined && text !== undefined && /[\r\n\0]/.test(text))
    throw unusable(
      host,
      variable,
      "it has an end of line in it: write it in quotes on one line, without | or >",
    );
  return text;
}

function asKind(host: InventoryHost, variable: Variable | undefined): ConnectionVariables["kind"] {
  const name = asText(host, variable)?.replace(/^ansible\.builtin\./, "") ?? "ssh";
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (kind === undefined && variable !== undefined) throw unusable(host, variable, "ssh and local are known");
  return kind ?? "ssh";
}

function asNumber(host: InventoryHost, variable: Variable | undefined, largest: number): number | undefined {
  const written = asText(host, variable)?.trim();
  if (variable === undefined || written === undefined) return undefined;
  const value = Number(written);
  if (/^\d+$/.test(written) && value >= 1 && value <= largest) return value;
  throw unusable(host, variable, `a whole number from 1 to ${largest} is needed`);
}

/** Ansible's words for yes and no. */
function asBoolean(host: InventoryHost, variable: Variable | undefined): boolean | undefined {
  const word = asText(host, variable)?.trim().toLowerCase();
  if (variable === undefined || word === undefined) return undefined;
  if (["y", "yes", "on", "1", "1.0", "true", "t"].includes(word)) return true;
  if (["n", "no", "off", "0", "0.0", "false", "f"].includes(word)) return false;
  throw unusable(host, variable, "yes or no is needed");
}

function refuseOtherBecome(
  host: InventoryHost,
  variable: Variable | undefined,
  known: readonly string[],
): void {
  const value = asText(host, variable)?.replace(/^ansible\.builtin\./, "");
  if (variable === undefined || value === undefined || known.includes(value)) return;
  throw unusable(host, variable, `${known.join(", ")} is known`);
}

function unusable(host: InventoryHost, { name, value }: Variable, hint: string): UserError {
  // A password that cannot be used is still a secret.
  const shown = /pass/.test(name) ? "…" : isCollection(value) ? "a list or a map" : String(value);
  return new UserError("inventory_variable", `cannot use ${name}=${shown} of host ${host.name}`, { hint });
}
