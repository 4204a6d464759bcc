import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostOutcome } from "../../../provision/fleet/outcome.ts";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { endAtFirstFailure } from "../chapters.ts";
import { readHosts } from "../json-result.ts";
import type { Operator } from "../operator.ts";
import { addProvisionedHosts } from "../provisioned-hosts.ts";
import { describeContainer, startTinyContainer } from "../tiny-container.ts";

/** The oldest that today's docker-cli goes with. */
const OLD = "26.1.4+dfsg1-8";

// What somebody installed long ago, without Compose and held by nobody: Debian's own package under an older version.
const AGE = `set -e
mkdir /var/tmp/old
cd /var/tmp/old
apt-get -qq update
apt-get -qq download docker.io
dpkg-deb --raw-extract docker.io_*.deb package
sed -i 's/^Version: .*/Version: ${OLD}/' package/DEBIAN/control
dpkg-deb -Znone --build --root-owner-group package old.deb >/dev/null
apt-mark unhold docker.io >/dev/null
apt-get -qq --yes --allow-change-held-packages remove docker-compose
dpkg --install old.deb >/dev/null
rm -r /var/tmp/old`;

describe.skipIf(noEngine)("a host whose engine is an old one", { timeout: 300_000 }, () => {
  endAtFirstFailure();

  let net: TestNet;
  let host: TestHost;
  let operator: Operator;
  let container: string;
  let before: string;

  beforeAll(async () => {
    ({ net, host, operator } = await addProvisionedHosts());
    await operator.run("provision");
    await host.exec(["sh", "-c", AGE]);
    container = await startTinyContainer(host);
    before = await describeContainer(host, container);
  });

  afterAll(() => net?.removeHosts());

  const versionOf = (name: string) => host.exec(["dpkg-query", "--show", "--showformat=${Version}", name]);

  test("keeps it, and is told so; what is missing is installed beside it, and containers go on", async () => {
    const { code, stdout } = await operator.longshore(["provision", "--check", "--diff"]);
    expect(code).toBe(2);
    expect(stdout).toContain(`+ docker.io stays at ${OLD} until provision --upgrade`);
    const [done] = readHosts(HostOutcome, (await operator.run("provision", "--json")).stdout);
    expect(done?.changes).toEqual(["Docker Engine and Compose: install Compose v2"]);
    expect(await versionOf("docker.io")).toBe(OLD);
    expect((await host.exec(["apt-mark", "showhold"])).split("\n")).toContain("docker.io");
    expect((await host.ssh(["docker", "compose", "version", "--short"])).code).toBe(0);
    expect(await describeContainer(host, container)).toBe(before);
  });

  test("keeps it through an upgrade of everything, and the next run has nothing to do", async () => {
    await host.exec(["apt-get", "-qq", "--yes", "dist-upgrade"]);
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
    expect(await versionOf("docker.io")).toBe(OLD);
  });

  test("gets the newest one where that is asked for, and containers outlive it", async () => {
    const { code, stdout } = await operator.longshore(["provision", "--upgrade", "--check", "--diff"]);
    expect(code).toBe(2);
    const newest = /\+ docker\.io (\S+)/.exec(stdout)?.[1];
    expect(stdout).toContain(`- docker.io ${OLD}\n`);
    expect(await versionOf("docker.io")).toBe(OLD);
    await operator.run("provision", "--upgrade");
    expect(await versionOf("docker.io")).toBe(newest);
    expect(await describeContainer(host, container)).toBe(before);
    expect((await host.exec(["apt-mark", "showhold"])).split("\n")).toContain("docker.io");
    expect((await operator.run("provision", "--upgrade")).stdout).toContain("nothing to change");
  });
});
