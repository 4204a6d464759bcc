import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostOutcome } from "../../../provision/fleet/outcome.ts";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import { holdAptLock, Installation } from "../installation.ts";
import { readHosts } from "../json-result.ts";
import { createOperator, type Operator } from "../operator.ts";
import { StartedCommand } from "../started-command.ts";

describe.skipIf(noEngine)("faults while a host is provisioned", { timeout: 600_000 }, () => {
  let installation: Installation;
  let host: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    installation = await Installation.prepare();
    ({ host, operator } = installation);
  });

  afterAll(() => installation?.net.removeHosts());

  test("another apt holds the lock: it is waited for, by name", async () => {
    await installation.removeRole();
    const release = await holdAptLock(host);
    const command = StartedCommand.start(operator, ["provision"]);
    await command.shows(/host\d+ \| waiting for perl \(process \d+\), which holds apt's lock/);
    await release();
    expect(await command.ends(), command.output).toBe(0);
    await installation.expectConvergence();
  });

  // A lost connection is no end: the host's state is read again when it is back, and the step goes on from there.
  test("the power fails", async () => {
    const command = await installation.start();
    await host.powerCycle();
    expect(await command.ends(), command.output).toBe(0);
    expect(command.output).toContain("the connection was lost");
    await installation.expectConvergence();
  });

  test("it is rebooted", async () => {
    const command = await installation.start();
    await host.reboot();
    expect(await command.ends(), command.output).toBe(0);
    expect(command.output).toContain("the connection was lost");
    await installation.expectConvergence();
  });

  test("sshd is stopped", async () => {
    const command = await installation.start();
    await host.stopSshd();
    await command.shows(/the connection was lost/);
    const refused = await operator.longshore(["provision"]);
    expect(refused.stdout).toMatch(/unreachable.*\n.*connection refused/);
    await host.startSshd();
    expect(await command.ends(), command.output).toBe(0);
    await installation.expectConvergence();
  });

  test("the network is cut", async () => {
    const command = await installation.start();
    await host.disconnect();
    await command.shows(/the connection was lost/);
    await host.connect();
    expect(await command.ends(), command.output).toBe(0);
    await installation.expectConvergence();
  });

  test("the disk is full: apt is not begun, then it goes on", async () => {
    await installation.removeRole();
    await host.fillDisk("/var/cache/apt/archives");
    const { code, stdout } = await operator.longshore(["provision", "--json"]);
    await host.freeDisk("/var/cache/apt/archives");
    expect(code).toBe(1);
    const [outcome] = readHosts(HostOutcome, stdout);
    expect(outcome).toMatchObject({
      status: "failed",
      error: {
        step: expect.stringContaining("unattended upgrades"),
        code: "no_space",
      },
    });
    await installation.expectConvergence();
  });

  test("two operators at once: both get there", async () => {
    await installation.removeRole();
    const other = createOperator(installation.net, operator.read("inventory.ini"));
    const both = await Promise.all([operator.longshore(["provision"]), other.longshore(["provision"])]);
    for (const { code, stdout, stderr } of both) expect(code, stdout + stderr).toBe(0);
    await installation.expectConvergence();
  });
});
