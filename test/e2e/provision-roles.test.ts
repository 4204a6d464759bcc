import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noEngine, openSharedNet } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { endAtFirstFailure } from "./chapters.ts";
import { changesBetween, fingerprint } from "./fingerprint.ts";
import { createOperator, type Operator } from "./operator.ts";
import { ensureProvisionedImage } from "./provisioned-image.ts";

const ROLES = "time-sync,firewall,unattended-upgrades,fail2ban,ssh-hardening";
const RULES = "/etc/longshore/firewall.nft";

// A container that listens to nothing: what reaches it is refused, what does not reach it is not answered.
const PUBLISH = `tar -ch -C / usr/bin/sleep lib64/ld-linux-x86-64.so.2 lib/x86_64-linux-gnu/libc.so.6 | docker import - tiny
docker run --detach --publish 9090:9090 --publish 80:9091 tiny /usr/bin/sleep infinity`;

describe.skipIf(noEngine)("roles", { timeout: 600_000 }, () => {
  endAtFirstFailure();

  let net: TestNet;
  let host: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    net = await openSharedNet();
    const image = await ensureProvisionedImage(net);
    [host] = (await net.addHosts(1, { image })) as [TestHost];
    operator = createOperator(net, net.inventory({ longshore_roles: ROLES }, [host]));
  });

  afterAll(() => net?.removeHosts());

  /** What becomes of a connection from outside. */
  const knock = (port: number): Promise<"open" | "refused" | "silence"> =>
    new Promise((resolve) => {
      const socket = connect({ host: host.address, port, timeout: 2_000 });
      const end = (answer: "open" | "refused" | "silence") => {
        socket.destroy();
        resolve(answer);
      };
      socket.once("connect", () => end("open"));
      socket.once("error", () => end("refused"));
      socket.once("timeout", () => end("silence"));
    });

  test("are brought to a host, each with a line in its audit log", async () => {
    await operator.run("provision");
    for (const service of ["fail2ban", "longshore-firewall"])
      expect(await host.exec(["systemctl", "is-active", service])).toBe("active");
    const { stdout } = await operator.run("audit", "--json");
    const steps = JSON.parse(stdout).hosts[0].entries.map(({ step }: { step: string }) => step.split(":")[0]);
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
    await host.exec(["sh", "-c", PUBLISH]);
    expect(await knock(22)).toBe("open");
    expect(await knock(80)).toBe("refused");
    expect(await knock(9090)).toBe("silence");
    // Without the firewall it can be reached, so the silence is the firewall's.
    await host.exec(["systemctl", "stop", "longshore-firewall"]);
    expect(await knock(9090)).toBe("refused");
    expect((await operator.run("provision")).stdout).toContain("firewall");
    expect(await knock(9090)).toBe("silence");
  });

  test("is there again after a reboot, before anything else is", async () => {
    await host.reboot();
    expect(await knock(9090)).toBe("silence");
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });

  test("a firewall that shuts us out is undone, and the old one is back", async () => {
    const before = await host.exec(["cat", RULES]);
    // Somebody else's table, which drops new connections as soon as ours is loaded with a new port.
    const trap = `#!/bin/sh
/usr/sbin/nft.real "$@" || exit
case "$*" in "-f ${RULES}") /usr/sbin/nft.real add table inet trap
  /usr/sbin/nft.real 'add chain inet trap in { type filter hook input priority 0; }'
  /usr/sbin/nft.real add rule inet trap in ct state new tcp dport 22 drop ;; esac
grep -q 12345 ${RULES} || /usr/sbin/nft.real delete table inet trap 2>/dev/null
exit 0
`;
    await host.exec(["mv", "/usr/sbin/nft", "/usr/sbin/nft.real"]);
    await host.writeFile("/usr/sbin/nft", trap);
    await host.exec(["chmod", "+x", "/usr/sbin/nft"]);
    const risky = createOperator(
      net,
      net.inventory({ longshore_roles: "firewall", longshore_open_ports: "80,443,443/udp,12345" }, [host]),
    );
    const { code, stdout } = await risky.longshore(["provision"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/cannot keep firewall, it has been undone/);
    expect(await host.exec(["cat", RULES])).toBe(before);
    expect(await knock(22)).toBe("open");
    await host.exec(["mv", "/usr/sbin/nft.real", "/usr/sbin/nft"]);
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });
});

describe.skipIf(noEngine)("sshd's hardening, where only a password lets us in", { timeout: 600_000 }, () => {
  let net: TestNet;
  let host: TestHost;

  beforeAll(async () => {
    net = await openSharedNet();
    const image = await ensureProvisionedImage(net);
    [host] = (await net.addHosts(1, { image })) as [TestHost];
  });

  afterAll(() => net?.removeHosts());

  test("is undone: nobody would get in any more", async () => {
    await host.exec(["chpasswd"], { input: `${host.user}:open-sesame\n` });
    const inventory = net
      .inventory({ longshore_roles: "ssh-hardening", ansible_password: "open-sesame" }, [host])
      .replace(net.identityFile, net.strangerFile);
    const operator = createOperator(net, inventory);
    const { code, stdout } = await operator.longshore(["provision"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/cannot keep ssh-hardening, it has been undone/);
    expect((await host.tryExec(["ls", "/etc/ssh/sshd_config.d/00-longshore.conf"])).code).not.toBe(0);
    expect(await host.exec(["sh", "-c", "sshd -T | grep ^passwordauthentication"])).toBe(
      "passwordauthentication yes",
    );
    expect((await operator.longshore(["provision", "--check"])).code).toBe(2);
  });
});
