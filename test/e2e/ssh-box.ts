import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HostPing } from "../../provision/cli/ping.ts";
import { runChecked } from "../hosts/command.ts";
import { openSharedNet } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { createOperator, type Operator } from "./operator.ts";
import { ping } from "./ssh-client.ts";

/** A host called `box`, another one beside it, the operator who is to get in, and a folder for keys. */
export class SshBox {
  private constructor(
    readonly net: TestNet,
    readonly box: TestHost,
    readonly other: TestHost,
    readonly operator: Operator,
    readonly directory: string,
  ) {}

  static async open(): Promise<SshBox> {
    const net = await openSharedNet();
    const [box, other] = (await net.addHosts(2)) as [TestHost, TestHost];
    const directory = mkdtempSync(join(net.record.run.directory, "ssh-"));
    return new SshBox(net, box, other, createOperator(net, ""), directory);
  }

  /** The lines of an inventory of the box with the variables of the harness, and these. */
  inventory(vars: Record<string, string> = {}): string[] {
    const { identityFile, knownHostsFile } = this.net;
    return [
      `box ansible_host=${this.box.address}`,
      "[all:vars]",
      "ansible_user=debian",
      ...(vars.ansible_ssh_private_key_file ? [] : [`ansible_ssh_private_key_file=${identityFile}`]),
      ...(vars.ansible_ssh_common_args
        ? []
        : [`ansible_ssh_common_args=-o UserKnownHostsFile=${knownHostsFile}`]),
      ...Object.entries(vars).map(([name, value]) => `${name}=${value}`),
    ];
  }

  /** What `longshore ping` says of the box. */
  async ping(vars: Record<string, string> = {}, env = {}): Promise<HostPing | undefined> {
    return (await ping(this.operator, this.inventory(vars), env)).box;
  }

  /** Makes a key pair with ssh-keygen. @returns the private key's file; the public one is beside it, in `.pub` */
  async makeKey(name: string, ...args: string[]): Promise<string> {
    const file = join(this.directory, name);
    await runChecked(["ssh-keygen", "-q", "-N", "", "-C", name, "-f", file, ...args]);
    return file;
  }

  /** Lets the owner of a key in. */
  async authorize(file: string, host = this.box): Promise<void> {
    const input = readFileSync(`${file}.pub`);
    await host.exec(["tee", "-a", "/home/debian/.ssh/authorized_keys"], { input });
  }
}
