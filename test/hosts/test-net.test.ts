import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./command.ts";
import { noEngine, openSharedNet } from "./shared-net.ts";
import type { TestHost } from "./test-host.ts";
import type { TestNet } from "./test-net.ts";

describe.skipIf(noEngine)("a test net with two hosts", () => {
  let net: TestNet;
  let first: TestHost;
  let second: TestHost;

  beforeAll(async () => {
    net = await openSharedNet();
    [first, second] = (await net.addHosts(2)) as [TestHost, TestHost];
  });

  afterAll(() => net?.removeHosts());

  test("each host lets its user in over ssh, with sudo, and says who it is", async () => {
    for (const host of [first, second]) {
      const answer = await host.ssh(["sh", "-c", "hostname; sudo id -u; cat /proc/1/comm"]);
      expect(answer).toMatchObject({ code: 0, stdout: `${host.name}\n0\nsystemd\n` });
    }
  });

  test("arguments reach the remote command as they are", async () => {
    const awkward = ["a b", "$HOME", "it's", 'say "hi"', "*", "", "new\nline"];
    const { stdout } = await first.ssh(["printf", "%s|", ...awkward]);
    expect(stdout).toBe(awkward.map((text) => `${text}|`).join(""));
  });

  test("a host is bare: no engine, nothing listens but sshd", async () => {
    expect((await first.tryExec(["sh", "-c", "command -v docker"])).code).not.toBe(0);
    const sockets = await first.exec(["ss", "--listening", "--tcp", "--numeric", "--no-header"]);
    const addresses = sockets.split("\n").map((line) => line.split(/\s+/)[3] ?? "");
    // Docker's own resolver listens in every container of a network; the host does not use it.
    expect(addresses.filter((address) => !address.startsWith("127.0.0.11:"))).toEqual([
      "0.0.0.0:22",
      "[::]:22",
    ]);
  });

  test("names resolve on every host: of the hosts, of the directory, and of the world's packages", async () => {
    const { stdout } = await first.ssh(["getent", "ahostsv4", second.domain]);
    expect(stdout).toMatch(new RegExp(`^${second.address}\\s`));
    await net.dns.set("blog", second.address);
    expect((await first.ssh(["getent", "ahostsv4", "blog.longshore.test"])).stdout).toContain(second.address);
    await net.dns.remove("blog");
    expect((await first.ssh(["getent", "ahostsv4", "blog.longshore.test"])).code).toBe(2);
    expect((await first.ssh(["getent", "ahostsv4", "deb.debian.org"])).code).toBe(0);
  });

  test("the ACME directory is trusted under the net's root, and under no other", async () => {
    await first.exec(["apt-get", "-qq", "update"]);
    await first.exec(["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "curl"]);
    await first.writeFile("/tmp/root.pem", readFileSync(net.acme.rootFile));
    const trusted = await first.ssh(["curl", "--silent", "--cacert", "/tmp/root.pem", net.acme.directoryUrl]);
    expect(JSON.parse(trusted.stdout)).toHaveProperty("newOrder");
    const untrusted = await first.ssh(["curl", "--silent", net.acme.directoryUrl]);
    expect(untrusted.code).toBe(60); // curl: the peer's certificate can't be verified
    expect(await net.acme.issuerRoots()).toContain("BEGIN CERTIFICATE");
    expect(await net.acme.issuerRoots()).not.toBe(readFileSync(net.acme.rootFile, "utf8").trim());
  });

  test("DuckDNS answers OK or KO, moves the name and remembers what it was asked", async () => {
    const update = (token: string) =>
      first.ssh(["curl", "--silent", `${net.duckDns.url}/update?domains=duck&token=${token}&ip=192.0.2.7`]);
    expect((await update("bad-token")).stdout).toBe("KO");
    expect((await update("good-token")).stdout).toBe("OK");
    const requests = await net.duckDns.requests();
    expect(requests.filter(({ domains }) => domains === "duck")).toMatchObject([
      { token: "bad-token", accepted: false },
      { token: "good-token", domains: "duck", address: "192.0.2.7", accepted: true },
    ]);
    expect(await net.dns.resolve("duck.duckdns.longshore.test")).toBe("192.0.2.7");
  });

  test("a key that no host accepts is refused", async () => {
    expect((await first.ssh(["true"], { identityFile: net.strangerFile })).code).toBe(255);
  });

  test("a frozen host accepts connections and answers nothing, until it thaws", async () => {
    await first.pause();
    expect((await first.ssh(["true"], { timeout: 3_000 })).code).not.toBe(0);
    expect((await second.ssh(["true"])).code).toBe(0);
    await first.unpause();
    expect((await first.ssh(["true"])).code).toBe(0);
  });

  test("a pulled cable and a stopped sshd are two different silences", async () => {
    await first.disconnect();
    expect((await first.ssh(["true"], { timeout: 3_000 })).code).not.toBe(0);
    expect(await first.exec(["hostname"])).toBe(first.name);
    await first.connect();
    expect((await first.ssh(["true"])).code).toBe(0);
    await first.stopSshd();
    const refused = await first.ssh(["true"]);
    expect(refused.stderr).toContain("Connection refused");
    await first.startSshd();
    expect((await first.ssh(["true"])).code).toBe(0);
  });

  test("a full disk refuses to be written to", async () => {
    await first.fillDisk("/opt/full");
    expect((await first.ssh(["sudo", "cp", "/etc/os-release", "/opt/full/"])).stderr).toContain(
      "No space left",
    );
    await first.freeDisk("/opt/full");
    expect((await first.ssh(["sudo", "cp", "/etc/os-release", "/opt/full/"])).code).toBe(0);
  });

  test("changed host keys are refused by ssh until they are trusted anew", async () => {
    await second.changeHostKeys();
    expect((await second.ssh(["true"])).code).toBe(255);
    await net.trustHosts();
    expect((await second.ssh(["true"])).code).toBe(0);
  });

  test.each(["reboot", "powerCycle"] as const)(
    "%s keeps the disk and the keys, and begins a new boot",
    async (how) => {
      await first.exec(["sh", "-c", "echo kept > /root/disk; echo lost > /run/memory"]);
      const before = await first.exec(["systemctl", "show", "--property=UserspaceTimestampMonotonic"]);
      await first[how]();
      expect((await first.ssh(["sudo", "cat", "/root/disk"])).stdout).toBe("kept\n");
      expect((await first.tryExec(["cat", "/run/memory"])).code).toBe(1);
      expect(await first.exec(["systemctl", "show", "--property=UserspaceTimestampMonotonic"])).not.toBe(
        before,
      );
    },
  );

  test("the inventory names every host", async () => {
    const text = net.inventory({ tls: "acme" });
    for (const host of net.hosts) {
      expect(text).toContain(`${host.name} ansible_host=${host.address} domain=${host.domain}\n`);
    }
    expect(text).toContain("\ntls=acme\n");
  });

  test("a removed host leaves no container and no volume", async () => {
    const [third] = (await net.addHosts(1)) as [TestHost];
    const mounts = [
      "docker",
      "inspect",
      "--format",
      "{{range .Mounts}}{{.Name}} {{end}}",
      third.record.container,
    ];
    const volume = (await runCommand(mounts)).stdout.trim();
    expect(volume).not.toBe("");
    await net.removeHost(third);
    expect((await runCommand(["docker", "inspect", third.record.container])).code).not.toBe(0);
    expect((await runCommand(["docker", "volume", "inspect", volume])).code).not.toBe(0);
  });
});
