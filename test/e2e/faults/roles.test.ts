import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostAudit } from "../../../provision/cli/audit.ts";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { waitUntil } from "../../hosts/wait.ts";
import { endAtFirstFailure } from "../chapters.ts";
import { changesBetween, fingerprint } from "../fingerprint.ts";
import { removeFirewallTrap, setFirewallTrap } from "../firewall-trap.ts";
import { readHosts } from "../json-result.ts";
import { knock } from "../knock.ts";
import { createOperator, type Operator } from "../operator.ts";
import { addProvisionedHosts } from "../provisioned-hosts.ts";
import { StartedCommand } from "../started-command.ts";
import { startTinyContainer } from "../tiny-container.ts";

const ROLES = "time-sync,firewall,unattended-upgrades,fail2ban,ssh-hardening";
const RULES = "/etc/longshore/firewall.nft";
const HARDENING = "/etc/ssh/sshd_config.d/00-longshore.conf";

describe.skipIf(noEngine)("roles", { timeout: 600_000 }, () => {
  endAtFirstFailure();

  let net: TestNet;
  let host: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    ({ net, host, operator } = await addProvisionedHosts({ longshore_roles: ROLES }));
  });

  afterAll(() => net?.removeHosts());

  test("are brought to a host, each with a line in its audit log", async () => {
    await operator.run("provision");
    for (const service of ["fail2ban", "longshore-firewall"])
      expect(await host.exec(["systemctl", "is-active", service])).toBe("active");
    const [audit] = readHosts(HostAudit, (await operator.run("audit", "--json")).stdout);
    const steps = audit?.entries.map(({ step }) => step.split(":")[0]);
    expect(steps).toEqual([
      ...[
        "engine configuration",
        "Docker Engine and Compose",
        "docker group",
        "kernel settings",
        "directories",
      ],
      ...["time synchronisation", "unattended upgrades", "fail2ban", "firewall", "sshd"],
    ]);
  });

  test("a second run changes nothing", async () => {
    const before = await fingerprint(host);
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
    expect(changesBetween(before, await fingerprint(host))).toEqual([]);
  });

  test("Docker does not bypass the firewall", async () => {
    // It listens to nothing: what reaches it is refused, what does not reach it is not answered.
    await startTinyContainer(host, ["--publish", "9090:9090", "--publish", "80:9091"]);
    expect(await knock(host, 22)).toBe("open");
    expect(await knock(host, 80)).toBe("refused");
    expect(await knock(host, 9090)).toBe("silence");
    // Without the firewall it can be reached, so the silence is the firewall's.
    await host.exec(["systemctl", "stop", "longshore-firewall"]);
    expect(await knock(host, 9090)).toBe("refused");
    expect((await operator.run("provision")).stdout).toContain("firewall");
    expect(await knock(host, 9090)).toBe("silence");
  });

  test("is there again after a reboot, before anything else is", async () => {
    await host.reboot();
    expect(await knock(host, 9090)).toBe("silence");
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });

  test("a firewall that shuts us out is undone, and the old one is back", async () => {
    const before = await host.exec(["cat", RULES]);
    await setFirewallTrap(host);
    const risky = createOperator(
      net,
      net.inventory(
        {
          longshore_roles: "firewall",
          longshore_open_ports: "80,443,443/udp,12345",
          ansible_timeout: "3",
        },
        [host],
      ),
    );
    const { code, stdout } = await risky.longshore(["provision"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/cannot keep firewall, it has been undone/);
    expect(await host.exec(["cat", RULES])).toBe(before);
    expect(await knock(host, 22)).toBe("open");
    await removeFirewallTrap(host);
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });
});

describe.skipIf(noEngine)("sshd's hardening", { timeout: 600_000 }, () => {
  let net: TestNet;
  let host: TestHost;

  beforeAll(async () => {
    ({ net, host } = await addProvisionedHosts());
  });

  afterAll(() => net?.removeHosts());

  const passwords = () => host.exec(["sh", "-c", "sshd -T | grep ^passwordauthentication"]);
  const exists = async (file: string) => (await host.tryExec(["test", "-e", file])).code === 0;

  test("is undone where only a password lets us in: nobody would get in any more", async () => {
    await host.exec(["chpasswd"], { input: `${host.user}:open-sesame\n` });
    const inventory = net
      .inventory({ longshore_roles: "ssh-hardening", ansible_password: "open-sesame" }, [host])
      .replace(net.identityFile, net.strangerFile);
    const operator = createOperator(net, inventory);
    const { code, stdout } = await operator.longshore(["provision"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/cannot keep ssh-hardening, it has been undone/);
    expect(await exists(HARDENING)).toBe(false);
    expect(await passwords()).toBe("passwordauthentication yes");
    expect((await operator.longshore(["provision", "--check"])).code).toBe(2);
  });

  test("of an operator who is killed before it is kept: the next one does not take it for done", async () => {
    const operator = createOperator(net, net.inventory({ longshore_roles: "ssh-hardening" }, [host]));
    // As long as it is not kept, a session takes its time to begin.
    await host.writeFile("/etc/ssh/sshrc", `[ ! -e ${HARDENING}.before ] || sleep 20\n`);
    const command = StartedCommand.start(operator, ["provision"]);
    await waitUntil("it is made", async () => (await passwords()).endsWith(" no"), { timeout: 60_000 });
    command.signal("SIGKILL");
    await command.ends();
    await host.exec(["rm", "/etc/ssh/sshrc"]);
    expect(await host.exec(["systemctl", "list-timers"])).toContain("longshore-undo-ssh-hardening");
    const check = await operator.longshore(["provision", "--check"]);
    expect(check).toMatchObject({ code: 2, stdout: expect.stringContaining("sshd: keys only") });

    expect((await operator.run("provision")).stdout).toContain("sshd: keys only");
    expect(await host.exec(["systemctl", "list-timers"])).not.toContain("longshore-undo");
    expect(await exists(`${HARDENING}.before`)).toBe(false);
    expect(await passwords()).toBe("passwordauthentication no");
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });
});
