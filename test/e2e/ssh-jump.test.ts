import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noEngine } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import type { Operator } from "./operator.ts";
import { SshBox } from "./ssh-box.ts";
import { configureSshd } from "./ssh-client.ts";

describe.skipIf(noEngine)("a jump host", { timeout: 120_000 }, () => {
  let ssh: SshBox;
  let net: TestNet;
  let bastion: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    ssh = await SshBox.open();
    ({ net, operator, other: bastion } = ssh);
    // only from the bastion can one log in to the box
    await configureSshd(ssh.box, `Match Address *,!${bastion.address}`, "  PubkeyAuthentication no");
  });

  afterAll(() => ssh?.net.removeHosts());

  const through = (args: string) => ({
    ansible_ssh_common_args: `-o UserKnownHostsFile=${net.knownHostsFile} ${args}`,
  });
  const bastionConfig = (knownHosts: string) =>
    `Host bastion\n  HostName ${bastion.address}\n  User debian\n  IdentityFile ${net.identityFile}\n  UserKnownHostsFile ${knownHosts}\n`;

  test("is connected and verified first; its own key counts", async () => {
    operator.writeSsh("config", bastionConfig(net.knownHostsFile));
    expect((await ssh.ping())?.error).toMatchObject({ code: "ssh_auth" });
    expect(await ssh.ping(through("-J bastion"))).toMatchObject({ status: "ok" });
    expect(await ssh.ping(through("-o ProxyJump=bastion"))).toMatchObject({ status: "ok" });
    const proxy = `-o ProxyCommand="ssh -F ${operator.directory}/home/.ssh/config -W %h:%p bastion"`;
    expect(await ssh.ping(through(proxy))).toMatchObject({ status: "ok" });
    operator.writeSsh("config", bastionConfig("/dev/null"));
    expect((await ssh.ping(through("-J bastion")))?.error).toMatchObject({
      code: "host_key_unknown",
      message: expect.stringContaining("bastion (on the way to box)"),
    });
  });

  test("of a jump host, a chain of the same two, and a circle", async () => {
    operator.writeSsh(
      "config",
      `${bastionConfig(net.knownHostsFile)}  ProxyJump first\nHost first\n  HostName ${bastion.address}\n  User debian\n  IdentityFile ${net.identityFile}\n  UserKnownHostsFile ${net.knownHostsFile}\n`,
    );
    expect(await ssh.ping(through("-J bastion"))).toMatchObject({ status: "ok" });
    expect(await ssh.ping(through("-J first,bastion"))).toMatchObject({ status: "ok" });
    operator.writeSsh(
      "config",
      `${bastionConfig(net.knownHostsFile)}  ProxyJump first\nHost first\n  ProxyJump bastion\n`,
    );
    expect((await ssh.ping(through("-J bastion")))?.error).toMatchObject({ code: "ssh_jump" });
  });

  test("that cannot reach the host, or refuses to", async () => {
    operator.writeSsh("config", bastionConfig(net.knownHostsFile));
    const closed = { ...through("-J bastion"), ansible_port: "9" };
    expect((await ssh.ping(closed))?.error).toMatchObject({ code: "ssh_jump" });
    await configureSshd(bastion, "AllowTcpForwarding no");
    expect((await ssh.ping(through("-J bastion")))?.error).toMatchObject({
      code: "ssh_jump",
      hint: expect.stringContaining("AllowTcpForwarding"),
    });
    await configureSshd(bastion);
    const broken = through("-o ProxyCommand='echo no way here >&2; exit 1'");
    expect((await ssh.ping(broken))?.error).toMatchObject({
      code: "ssh_proxy",
      message: expect.stringContaining("no way here"),
    });
  });
});
