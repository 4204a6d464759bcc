import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostOutcome } from "../../../provision/fleet/outcome.ts";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { waitUntil } from "../../hosts/wait.ts";
import { listTables, removeFirewallTrap, setFirewallTrap } from "../firewall-trap.ts";
import { holdAptLock, impatientSsh } from "../installation.ts";
import { readHosts } from "../json-result.ts";
import { knock } from "../knock.ts";
import { createOperator } from "../operator.ts";
import { addProvisionedHosts } from "../provisioned-hosts.ts";
import { StartedCommand } from "../started-command.ts";

const RULES = "/etc/longshore/firewall.nft";
const HARDENING = "/etc/ssh/sshd_config.d/00-longshore.conf";

/** The host takes a change back after two minutes; this is for a busy machine. */
const PATIENCE = { timeout: 240_000, interval: 1_000 };

// Each of these waits two minutes for something that a host or the operator does by itself: they wait together.
describe.skipIf(noEngine).concurrent("what is lost for good", { timeout: 600_000 }, () => {
  let net: TestNet;
  let hosts: TestHost[];

  beforeAll(async () => {
    ({ net, hosts } = await addProvisionedHosts({}, 5));
  });

  afterAll(() => net?.removeHosts());

  test("the operator's process, in the middle of a firewall that shuts everybody out: the host takes it back", async () => {
    const host = hosts[0] as TestHost;
    await host.exec(["apt-get", "-qq", "update"]);
    await host.exec(["apt-get", "-qq", "install", "--yes", "nftables"]);
    await setFirewallTrap(host);
    const operator = createOperator(net, net.inventory({ longshore_roles: "firewall" }, [host]));

    const command = StartedCommand.start(operator, ["provision"]);
    await waitUntil(
      "the firewall is loaded",
      async () => (await listTables(host)).includes("table inet trap"),
      PATIENCE,
    );
    command.signal("SIGKILL");
    await command.ends();
    expect(await knock(host, 22)).toBe("silence");
    expect(await listTables(host)).toContain("table inet longshore");
    await waitUntil("sshd can be reached again", async () => (await knock(host, 22)) === "open", PATIENCE);
    expect(await listTables(host)).not.toContain("table inet longshore");
    expect((await host.tryExec(["ls", RULES])).code).not.toBe(0);
    expect(await host.exec(["systemctl", "list-timers", "--all"])).not.toContain("longshore-undo");
    expect((await operator.run("ping")).stdout).toContain("ok");

    await removeFirewallTrap(host);
    await operator.run("provision");
    expect(await listTables(host)).toContain("table inet longshore");
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });

  test("the network, in the middle of a hardening after which nobody gets in: the host takes it back", async () => {
    const host = hosts[1] as TestHost;
    await host.exec(["chpasswd"], { input: `${host.user}:open-sesame\n` });
    const vars = { longshore_roles: "ssh-hardening", ansible_password: "open-sesame", ...impatientSsh(net) };
    const operator = createOperator(
      net,
      net.inventory(vars, [host]).replace(net.identityFile, net.strangerFile),
    );
    // What an earlier release of ours wrote.
    const earlier = "X11Forwarding no";
    await host.writeFile(HARDENING, `${earlier}\n`);
    const settings = () => host.exec(["sh", "-c", "sshd -T | grep ^passwordauthentication"]);

    const command = StartedCommand.start(operator, ["provision"]);
    await waitUntil("sshd is hardened", async () => (await settings()).endsWith(" no"), {
      ...PATIENCE,
      interval: 50,
    });
    await host.disconnect();
    await waitUntil("the hardening is undone", async () => (await settings()).endsWith(" yes"), PATIENCE);
    expect(await host.exec(["cat", HARDENING])).toBe(earlier);
    await host.connect();
    expect((await operator.run("ping")).stdout).toContain("ok");
    // The operator has waited for the host, as long as the host did, and finds nothing left to take back.
    expect(await command.ends(), command.output).toBe(1);
    expect(command.output).toMatch(/cannot keep ssh-hardening, it has been undone|unreachable/);
    expect((await operator.run("ping")).stdout).toContain("ok");
    expect(await settings()).toBe("passwordauthentication yes");
    expect(await host.exec(["cat", HARDENING])).toBe(earlier);
  });

  test("one host of three, while it works: the others are done, and it is given time to come back", async () => {
    const three = hosts.slice(2);
    const [first, lost, last] = three as [TestHost, TestHost, TestHost];
    const operator = createOperator(net, net.inventory(impatientSsh(net), three));
    await operator.run("provision");
    await Promise.all(three.map((host) => host.exec(["apt-mark", "unhold", "docker.io"])));
    await holdAptLock(lost);

    const command = StartedCommand.start(operator, ["provision", "--json=events"]);
    await command.shows(/waiting for perl/);
    await lost.powerOff();
    expect(await command.ends(), command.output).toBe(1);
    expect(command.output).toContain("the connection was lost: connecting again");
    const change = "Docker Engine and Compose: hold docker.io";
    expect(readHosts(HostOutcome, command.output.trim().split("\n").at(-1) ?? "")).toMatchObject([
      { host: first.name, status: "changed", changes: [change] },
      { host: lost.name, status: "unreachable", changes: [], error: { step: change } },
      { host: last.name, status: "changed", changes: [change] },
    ]);
    await lost.powerOn();
    expect((await operator.run("provision", "--limit", lost.name)).stdout).toContain(change);
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });
});
