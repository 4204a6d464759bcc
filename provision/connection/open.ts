import { type ConnectionVariables, readConnectionVariables } from "../inventory/connection-variables.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { Become } from "./become.ts";
import { openOnceBooted } from "./boot.ts";
import type { Connection } from "./connection.ts";
import { Questions } from "./questions.ts";
import { SharedSsh } from "./ssh/shared-ssh.ts";
import { openSshConnection } from "./ssh/ssh.ts";
import { openSshClient } from "./ssh/ssh-client.ts";
import type { SshSettings } from "./ssh/ssh-settings.ts";

export interface ConnectOptions {
  /** accept and record the key of a host that is not in known_hosts */
  acceptNew?: boolean;
  /** what the connections of one command share */
  shared?: SharedSsh;
  /** the login password of hosts that have none of their own in the inventory (`--ask-pass`) */
  password?: string;
  /** sudo's password likewise (`--ask-become-pass`) */
  becomePassword?: string;
  /** a host that is booting is waited for; this is told so, once */
  onBoot?: () => void;
}

/**
 * Opens the connection that a host's variables ask for: SSH, or this machine with `ansible_connection=local`.
 *
 * @throws UserError `inventory_variable` for a variable that cannot be used; what openSshClient throws
 */
export async function openConnection(host: InventoryHost, options: ConnectOptions = {}): Promise<Connection> {
  const variables = readConnectionVariables(host);
  if (variables.kind === "local") {
    const { openLocalConnection } = await import("./local.ts");
    return openLocalConnection(host.name, becomeFor(variables, process.getuid?.() === 0, options));
  }
  const shared = options.shared ?? new SharedSsh(new Questions(undefined));
  const settings = resolveHost(host, shared, options);
  const become = becomeFor(variables, settings.user === "root", options);
  const open = () => openSshClient(host.name, settings, shared);
  const { onBoot } = options;
  if (onBoot === undefined) return openSshConnection(host.name, become, open);
  return openOnceBooted(() => openSshConnection(host.name, become, open), onBoot);
}

/** How a host is reached by SSH: its variables, then the configuration of ssh. @throws UserError `inventory_variable` */
export function resolveHost(
  host: InventoryHost,
  shared: SharedSsh,
  options: ConnectOptions = {},
): SshSettings {
  const variables = readConnectionVariables(host);
  return shared.resolve({
    address: variables.address,
    port: variables.port,
    user: variables.user,
    identityFile: variables.identityFile,
    password: variables.password ?? options.password,
    sshArguments: variables.sshArguments,
    connectTimeoutSeconds: variables.connectTimeoutSeconds,
    acceptNew: options.acceptNew === true || variables.hostKeyChecking === false,
  });
}

/** The name or address at which a host is reached: `ansible_host`, or its name. */
export function addressOf(host: InventoryHost): string {
  const { kind, address } = readConnectionVariables(host);
  return kind === "local" ? "127.0.0.1" : address;
}

function becomeFor(
  { become, becomePassword }: ConnectionVariables,
  isRoot: boolean,
  options: ConnectOptions,
): Become {
  return {
    needed: !isRoot,
    forbidden: become === false,
    password: becomePassword ?? options.becomePassword,
  };
}
