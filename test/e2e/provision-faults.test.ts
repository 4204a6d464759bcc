import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker } from "../hosts/command.ts";
import { noEngine, openSharedNet } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { waitUntil } from "../hosts/wait.ts";
import { createOperator, type Operator } from "./operator.ts";
import { ensureProvisionedImage } from "./provisioned-image.ts";
import { StartedCommand } from "./started-command.ts";

// What is installed in each test: small, and not quite as quick as a fault. unattended-upgrades brings python with it.
const PACKAGES = ["unattended-upgrades", "python3-minimal", "libpython3-stdlib"];

// Holds apt's lock as another apt would, until a file is there. `struct flock` is that of 64-bit Linux.
const HOLD_LOCK = `open(my $lock, ">>", "/var/lib/dpkg/lock-frontend") or die;
my $flock = pack("s s x4 q q i x4", 1, 0, 0, 0, 0);
fcntl($lock, 6, $flock) or die;
open(my $held, ">", "/tmp/held");
select(undef, undef, undef, 0.1) until -e "/tmp/release";`;

describe.skipIf(noEngine)("faults while a host is provisioned", { timeout: 600_000 }, () => {
  let net: TestNet;
  let host: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    net = await openSharedNet();
    const image = await ensureProvisionedImage(net);
    [host] = (await net.addHosts(1, { image })) as [TestHost];
    const inventory = net.inventory({ longshore_roles: "unattended-upgrades" }, [host]);
    operator = createOperator(net, inventory);
    await host.exec(["apt-get", "-qq", "update"]);
  });

  afterAll(() => net?.removeHosts());

  /** Takes away what the role brought, so that there is something to do. */
  async function removeRole(): Promise<void> {
    await host.exec(["rm", "-f", "/etc/apt/apt.conf.d/52longshore-upgrades"]);
    await host.exec(["apt-get", "-qq", "purge", "--yes", "--autoremove", ...PACKAGES]);
    await host.exec(["apt-get", "clean"]);
  }

  /** The same command again: it must get there, leave dpkg in order, and then have nothing to do. */
  async function expectConvergence(): Promise<void> {
    await operator.run("provision");
    expect(await host.exec(["dpkg", "--audit"])).toBe("");
    expect(
      await host.exec(["dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", PACKAGES[0] ?? ""]),
    ).toBe("ii");
    expect(await operator.longshore(["provision", "--check"])).toMatchObject({ code: 0 });
  }

  /** Begins to provision, and is back when packages are being installed. */
  async function startInstallation(): Promise<StartedCommand> {
    await removeRole();
    operator.write("run.log", "");
    const command = StartedCommand.start(operator, ["provision", "--log", "run.log"]);
    await waitUntil(
      "packages are being installed",
      () => /Unpacking |Selecting /.test(operator.read("run.log")),
      { timeout: 180_000, interval: 20 },
    );
    return command;
  }

  test("another apt holds the lock: it is waited for, by name", async () => {
    await removeRole();
    await docker(["exec", "--detach", host.record.container, "perl", "-e", HOLD_LOCK]);
    await waitUntil("the lock is held", () => host.exec(["test", "-e", "/tmp/held"]).then(() => true));
    const command = StartedCommand.start(operator, ["provision"]);
    await command.shows(/host\d+ \| waiting for perl \(process \d+\), which holds apt's lock/);
    await host.exec(["touch", "/tmp/release"]);
    expect(await command.ends(), command.output).toBe(0);
    await expectConvergence();
  });

  test("the operator's process is killed", async () => {
    const command = await startInstallation();
    command.signal("SIGKILL");
    expect(await command.ends()).toBeUndefined();
    await expectConvergence();
  });

  test("Ctrl-C: the step ends in order, and it says how to go on", async () => {
    const command = await startInstallation();
    command.signal("SIGINT");
    expect(await command.ends()).toBe(130);
    expect(command.output).toContain("stopping when the steps that are running have ended");
    expect(command.output).toMatch(/unattended upgrades: .*: done/);
    expect(await host.exec(["dpkg", "--audit"])).toBe("");
    await expectConvergence();
  });

  test("Ctrl-C twice: it leaves at once", async () => {
    const command = await startInstallation();
    command.signal("SIGINT");
    await command.shows(/once more to leave at once/);
    command.signal("SIGINT");
    expect(await command.ends()).toBe(130);
    expect(command.output).toMatch(new RegExp(`${host.name} +interrupted`));
    expect(command.output).toMatch(/to go on .*: longshore .* provision .*--limit host\d+/);
    await expectConvergence();
  });

  // A lost connection is no end: the host's state is read again when it is back, and the step goes on from there.
  test("the power fails", async () => {
    const command = await startInstallation();
    await host.powerCycle();
    expect(await command.ends(), command.output).toBe(0);
    expect(command.output).toContain("the connection was lost");
    await expectConvergence();
  });

  test("sshd is stopped", async () => {
    const command = await startInstallation();
    await host.stopSshd();
    await command.shows(/the connection was lost/);
    const refused = await operator.longshore(["provision"]);
    expect(refused.stdout).toMatch(/unreachable.*\n.*connection refused/);
    await host.startSshd();
    expect(await command.ends(), command.output).toBe(0);
    await expectConvergence();
  });

  test("the network is cut", async () => {
    const command = await startInstallation();
    await host.disconnect();
    await command.shows(/the connection was lost/);
    await host.connect();
    expect(await command.ends(), command.output).toBe(0);
    await expectConvergence();
  });

  test("the disk is full: apt's own words, then it goes on", async () => {
    await removeRole();
    await host.fillDisk("/var/cache/apt/archives");
    const { code, stdout } = await operator.longshore(["provision", "--json"]);
    await host.freeDisk("/var/cache/apt/archives");
    expect(code).toBe(1);
    const [outcome] = JSON.parse(stdout).hosts;
    expect(outcome).toMatchObject({
      status: "failed",
      error: {
        step: expect.stringContaining("unattended upgrades"),
        code: "no_space",
        command: { exit_code: 100, stderr: expect.stringMatching(/space|No such file|partial/i) },
      },
    });
    await expectConvergence();
  });

  test("two operators at once: both get there", async () => {
    await removeRole();
    const inventory = operator.read("inventory.ini");
    const other = createOperator(net, inventory);
    const both = await Promise.all([operator.longshore(["provision"]), other.longshore(["provision"])]);
    for (const { code, stdout, stderr } of both) expect(code, stdout + stderr).toBe(0);
    await expectConvergence();
  });

  test("one of three is off: the others are done, and it is named in time", async () => {
    const [second] = (await net.addHosts(1)) as [TestHost];
    const inventory = net
      .inventory({}, [host, second])
      .replace("[web]", `[web]\noff ansible_host=${net.record.prefix}.250`);
    const three = createOperator(net, inventory);
    await host.exec(["gpasswd", "--delete", host.user, "docker"]);
    const { code, stdout } = await three.longshore(["provision", "--json", "--limit", `off,${host.name}`]);
    expect(code).toBe(1);
    const [off, on] = JSON.parse(stdout).hosts;
    expect(off).toMatchObject({ host: "off", status: "unreachable" });
    expect(off.seconds).toBeLessThan(15);
    expect(on).toMatchObject({ status: "changed", changes: ["docker group: add debian"] });
  });
});
