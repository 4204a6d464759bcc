import { join } from "node:path";
import { HostPing } from "../../provision/cli/ping.ts";
import type { Connection } from "../../provision/connection/connection.ts";
import { openConnection } from "../../provision/connection/open.ts";
import { Questions } from "../../provision/connection/questions.ts";
import { SharedSsh } from "../../provision/connection/ssh/shared-ssh.ts";
import { quoteArgv } from "../../shared/quote-argv.ts";
import { type CommandResult, runCommand } from "../hosts/command.ts";
import type { TestHost } from "../hosts/test-host.ts";
import { readHosts } from "./json-result.ts";
import type { Operator } from "./operator.ts";

/** Pings with an inventory of these lines; the answers by host. */
export async function ping(
  operator: Operator,
  inventory: readonly string[],
  env: Record<string, string | undefined> = {},
): Promise<Record<string, HostPing>> {
  operator.write("inventory.ini", `${inventory.join("\n")}\n`);
  const { stdout, stderr } = await operator.longshore(["ping", "--json"], { env });
  if (stdout === "") throw new Error(stderr);
  return Object.fromEntries(readHosts(HostPing, stdout).map((each) => [each.host, each]));
}

/** Runs longshore at a terminal: `script` (util-linux) makes one, and `typed` is what a person types there. */
export function atTerminal(
  operator: Operator,
  program: string,
  args: readonly string[],
  typed: string,
): Promise<CommandResult> {
  const command = quoteArgv([process.execPath, program, "-i", "inventory.ini", ...args]);
  return runCommand(["script", "--quiet", "--return", "--command", command, "/dev/null"], {
    cwd: operator.directory,
    input: typed,
    env: { HOME: join(operator.directory, "home"), SSH_AUTH_SOCK: undefined, NO_COLOR: "1" },
    timeout: 60_000,
  });
}

/** A connection from this process, as a command of longshore opens it. */
export function connectTo(host: TestHost, vars: Record<string, string> = {}): Promise<Connection> {
  const { name, address, user, identityFile, knownHostsFile } = host.record;
  return openConnection(
    {
      name,
      groups: [],
      vars: {
        ansible_host: address,
        ansible_user: user,
        ansible_ssh_private_key_file: identityFile,
        ansible_ssh_common_args: `-F none -o UserKnownHostsFile=${knownHostsFile}`,
        ...vars,
      },
    },
    { shared: new SharedSsh(new Questions(undefined)) },
  );
}

/** Sets options of the host's sshd, and sees that it has them. Without any: as it was. */
export async function configureSshd(host: TestHost, ...lines: string[]): Promise<void> {
  await host.writeFile("/etc/ssh/sshd_config.d/00-test.conf", `${lines.join("\n")}\n`);
  await host.exec(["systemctl", "restart", "ssh.service"]);
}
