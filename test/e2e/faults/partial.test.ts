import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostDrift } from "../../../provision/fleet/host-drift.ts";
import { HostOutcome } from "../../../provision/fleet/outcome.ts";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { readHosts } from "../json-result.ts";
import type { Operator } from "../operator.ts";
import { addProvisionedHosts } from "../provisioned-hosts.ts";
import { StartedCommand } from "../started-command.ts";
import { describeContainer, startTinyContainer } from "../tiny-container.ts";

// As a cut-off dpkg leaves it.
const leaveHalfInstalled = (name: string) =>
  `cd /tmp && apt-get -qq update && apt-get -qq download ${name} && dpkg --unpack ${name}_*.deb`;

// A first boot that has not ended: systemd has a unit of cloud-init's to start.
const FIRST_BOOT = `mkdir -p /run/cloud-init
echo '{"v1": {"stage": "modules-final"}}' > /run/cloud-init/status.json
systemd-run --quiet --no-block --unit=cloud-final --service-type=oneshot \\
  sh -c 'until [ -e /run/cloud-init/result.json ]; do sleep 0.1; done'`;

describe.skipIf(noEngine)("a host that is not quite as wanted", { timeout: 300_000 }, () => {
  let net: TestNet;
  let host: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    ({ net, host, operator } = await addProvisionedHosts());
    await operator.run("provision");
  });

  afterAll(() => net?.removeHosts());

  test.each<[string, string, string[]]>([
    ["the engine is stopped", "systemctl stop docker.socket docker", ["Docker service: start"]],
    ["the engine is disabled", "systemctl disable --quiet docker", ["Docker service: enable"]],
    ["the user has left the group", "gpasswd --delete debian docker", ["docker group: add debian"]],
    ["the group is gone", "groupdel docker", ["docker group: add debian"]],
    [
      "the group is gone, and with it the engine",
      "systemctl stop docker.socket docker; groupdel docker",
      ["docker group: add debian", "Docker service: start"],
    ],
    ["a package is half installed", leaveHalfInstalled("ncurses-term"), ["packages: repair ncurses-term"]],
    [
      "the engine is half installed",
      leaveHalfInstalled("docker.io"),
      ["packages: repair docker.io", "Docker Engine and Compose: hold docker.io"],
    ],
    [
      "Compose is gone",
      "apt-get -qq --yes --allow-change-held-packages remove docker-compose",
      ["Docker Engine and Compose: install Compose v2"],
    ],
    ["the engine is not held", "apt-mark unhold docker.io", ["Docker Engine and Compose: hold docker.io"]],
    [
      "the engine's configuration was replaced",
      `echo '{"mtu": 1400, "log-driver": "journald"}' > /etc/docker/daemon.json && systemctl reset-failed docker && systemctl restart docker`,
      ["engine configuration: default-address-pools, live-restore"],
    ],
    [
      "the engine was not restarted after a change",
      "sleep 1.1; touch /etc/docker/daemon.json",
      ["engine configuration: restart, to read what has changed"],
    ],
    [
      "the kernel's setting is another",
      "sysctl -q net.ipv4.tcp_migrate_req=0",
      ["kernel settings: net.ipv4.tcp_migrate_req=1"],
    ],
    ["the directory is somebody's", "chown debian /opt/longshore", ["directories: /opt/longshore"]],
  ])("%s: that is planned, done, and nothing else", async (_title, damage, expected) => {
    await host.exec(["sh", "-c", damage]);
    const titles = (changes: string[] = []) => changes.map((change) => change.replace(/ \([^(]*\)$/, ""));
    const check = await operator.longshore(["provision", "--check", "--json"]);
    expect(check.code).toBe(2);
    const [planned] = readHosts(HostOutcome, check.stdout);
    expect(planned?.pending?.map(({ title }) => title)).toEqual(expected);
    const [done] = readHosts(HostOutcome, (await operator.run("provision", "--json")).stdout);
    expect(titles(done?.changes)).toEqual(expected);
    expect((await operator.longshore(["provision", "--check"])).code).toBe(0);
    expect((await host.ssh(["docker", "version"])).code).toBe(0);
  });

  test("what was in the engine's configuration is still there, and containers have outlived its restart", async () => {
    const theirs = `echo '{"mtu": 1400, "log-driver": "journald"}' > /etc/docker/daemon.json`;
    await host.exec(["sh", "-c", `${theirs} && systemctl reset-failed docker && systemctl restart docker`]);
    await operator.run("provision");
    const config = JSON.parse(await host.exec(["cat", "/etc/docker/daemon.json"]));
    expect(config).toMatchObject({ mtu: 1400, "log-driver": "journald", "live-restore": true });
    expect(config).not.toHaveProperty("log-opts");
    const id = await startTinyContainer(host);
    const before = await describeContainer(host, id);
    await host.exec(["sh", "-c", `echo '{"mtu": 1400}' > /etc/docker/daemon.json`]);
    await operator.run("provision");
    expect(await describeContainer(host, id)).toBe(before);
    expect(before).toMatch(/^true [1-9]/);
  });

  test("a file that is no JSON is left alone, and named", async () => {
    await host.exec(["sh", "-c", "echo '{' > /etc/docker/daemon.json"]);
    const { code, stdout } = await operator.longshore(["provision"]);
    expect(code).toBe(1);
    expect(stdout).toContain("cannot read the host's /etc/docker/daemon.json");
    expect(await host.exec(["cat", "/etc/docker/daemon.json"])).toBe("{");
    await host.exec(["rm", "/etc/docker/daemon.json"]);
    await operator.run("provision");
  });

  test("cloud-init is waited for on the first boot", async () => {
    await host.exec(["sh", "-c", FIRST_BOOT]);
    await host.exec(["gpasswd", "--delete", "debian", "docker"]);
    const command = StartedCommand.start(operator, ["provision", "--json=events"]);
    await command.shows(/"event":"message".*waiting for cloud-init, which is at modules-final/);
    await host.exec(["touch", "/run/cloud-init/result.json"]);
    expect(await command.ends(), command.output).toBe(0);
    const events = command.output
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const result = events.at(-1);
    expect(result).toMatchObject({ event: "result", hosts: [{ changes: ["docker group: add debian"] }] });
  });

  test("drift tells of what provision and deploy would change, as JSON", async () => {
    await host.exec(["gpasswd", "--delete", "debian", "docker"]);
    const { code, stdout } = await operator.longshore(["drift", "--json"]);
    expect(code).toBe(2);
    expect(readHosts(HostDrift, stdout)).toMatchObject([
      {
        host: host.name,
        status: "drifted",
        provision: [{ title: "docker group: add debian" }],
        deploy: expect.arrayContaining([
          { title: expect.stringMatching(/^release /), details: expect.anything() },
        ]),
      },
    ]);
    expect(await host.exec(["id", "-nG", "debian"])).not.toContain("docker");
  });
});
