import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { UserError } from "../../supervisor/config/user-error.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { VariableValue } from "../inventory/value.ts";
import type { Become } from "./become.ts";
import type { Connection } from "./connection.ts";
import { resolveSshSettings } from "./ssh-settings.ts";

export interface ConnectOptions {
  /** accept and record the key of a host that is not in known_hosts */
  acceptNew?: boolean;
}

/**
 * Opens the connection that a host's variables ask for: SSH, or this machine with `ansible_connection=local`.
 *
 * @throws UserError `inventory_variable` for a variable that cannot be used; what openSshConnection throws
 */
export async function openConnection(host: InventoryHost, options: ConnectOptions = {}): Promise<Connection> {
  const kind = text(host, "ansible_connection") ?? "ssh";
  const password = text(host, "ansible_become_password") ?? text(host, "ansible_become_pass");
  if (kind === "local") {
    const { openLocalConnection } = await import("./local.ts");
    return openLocalConnection(host.name, becomeFor(process.getuid?.() === 0, password));
  }
  if (kind !== "ssh" && kind !== "paramiko" && kind !== "smart") {
    throw new UserError("inventory_variable", `cannot use ansible_connection=${kind} of host ${host.name}`, {
      hint: "ssh and local are known",
    });
  }
  const settings = resolveSshSettings(
    {
      address: addressOf(host),
      port: number(host, "ansible_port"),
      user: text(host, "ansible_user"),
      identityFile: text(host, "ansible_ssh_private_key_file"),
      password: text(host, "ansible_password") ?? text(host, "ansible_ssh_pass"),
      sshArguments: [text(host, "ansible_ssh_common_args"), text(host, "ansible_ssh_extra_args")]
        .filter(Boolean)
        .join(" "),
      acceptNew: options.acceptNew,
    },
    await readSshConfig(),
    process.env,
  );
  const { openSshConnection } = await import("./ssh.ts");
  return openSshConnection(host.name, settings, becomeFor(settings.user === "root", password));
}

/** The name or address at which a host is reached: `ansible_host`, or its name. */
export function addressOf(host: InventoryHost): string {
  if (text(host, "ansible_connection") === "local") return "127.0.0.1";
  return text(host, "ansible_host") ?? host.name;
}

function becomeFor(isRoot: boolean, password: string | undefined): Become {
  return { needed: !isRoot, password };
}

async function readSshConfig(): Promise<string[]> {
  const files = [`${homedir()}/.ssh/config`, "/etc/ssh/ssh_config"];
  return Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
}

function text(host: InventoryHost, name: string): string | undefined {
  const value: VariableValue | undefined = host.vars[name];
  return value === undefined || value === null ? undefined : String(value);
}

function number(host: InventoryHost, name: string): number | undefined {
  const value = text(host, name);
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value) && Number(value) > 0 && Number(value) < 65536) return Number(value);
  throw new UserError("inventory_variable", `${name}=${value} of host ${host.name} is not a port`, {
    hint: "a whole number from 1 to 65535",
  });
}
