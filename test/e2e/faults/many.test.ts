import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HostOutcome } from "../../../provision/fleet/outcome.ts";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { readHosts } from "../json-result.ts";
import type { Operator } from "../operator.ts";
import { addProvisionedHosts } from "../provisioned-hosts.ts";

const CHANGE = "docker group: add debian";

describe.skipIf(noEngine)("three hosts, one of which is off", { timeout: 300_000 }, () => {
  let net: TestNet;
  let hosts: TestHost[];
  let off: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    ({ net, hosts, operator } = await addProvisionedHosts({}, 3));
    off = hosts[1] as TestHost;
    await operator.run("provision");
    await leaveGroup(off);
    await off.powerOff();
  });

  afterAll(() => net?.removeHosts());

  beforeEach(() => Promise.all(others().map(leaveGroup)));

  // Where nothing was done there is nothing to take away.
  const leaveGroup = (host: TestHost) => host.tryExec(["gpasswd", "--delete", host.user, "docker"]);
  const others = () => hosts.filter((host) => host !== off);
  const isMember = async (host: TestHost) => (await host.exec(["id", "-nG", host.user])).includes("docker");

  /** What became of the hosts, in their order. */
  async function provision(...args: string[]) {
    const { code, stdout } = await operator.longshore(["provision", "--json", ...args]);
    return { code, outcomes: readHosts(HostOutcome, stdout) };
  }

  test("the others are done, and it costs no more than the time of a connection", async () => {
    const { code, outcomes } = await provision();
    expect(code).toBe(1);
    expect(outcomes).toMatchObject([
      { host: hosts[0]?.name, status: "changed", changes: [CHANGE] },
      {
        host: off.name,
        status: "unreachable",
        changes: [],
        error: { step: "connect", code: expect.stringMatching(/^ssh_(timeout|unreachable)$/) },
      },
      { host: hosts[2]?.name, status: "changed", changes: [CHANGE] },
    ]);
    expect(outcomes[1]?.seconds).toBeLessThan(15);
  });

  test.each([
    ["--serial 1: its batch is lost, and the next is not risked", ["--serial", "1"], "skipped"],
    ["--serial 2: its batch is not lost", ["--serial", "2"], "changed"],
    ["--serial 2 --max-fail 0: one is too many", ["--serial", "2", "--max-fail", "0"], "skipped"],
    ["--serial 2 --max-fail 1: one is not", ["--serial", "2", "--max-fail", "1"], "changed"],
    ["--forks 1 --max-fail 0, without batches", ["--forks", "1", "--max-fail", "0"], "skipped"],
    ["--serial 100% --max-fail 40%", ["--serial", "100%", "--max-fail", "40%"], "changed"],
  ])("%s", async (_title, args, last) => {
    const { code, outcomes } = await provision(...args);
    expect(code).toBe(1);
    expect(outcomes.map(({ status }) => status)).toEqual(["changed", "unreachable", last]);
    expect(await isMember(hosts[2] as TestHost)).toBe(last === "changed");
  });

  test("the last line of the summary goes on with it alone, once it is on again", async () => {
    const { code, stdout } = await operator.longshore(["provision"]);
    expect(code).toBe(1);
    expect(await Promise.all(others().map(isMember))).toEqual([true, true]);
    expect(stdout).toMatch(new RegExp(`^${off.name} +unreachable`, "m"));
    for (const { name } of others()) expect(stdout).toMatch(new RegExp(`^${name} +changed`, "m"));
    const resume = /^to go on .*: longshore (.*)$/m.exec(stdout)?.[1];
    expect(resume).toBe(`-i inventory.ini provision --limit ${off.name}`);
    await off.powerOn();
    expect((await operator.run("provision", "--limit", off.name)).stdout).toContain(CHANGE);
    expect((await operator.run("provision")).stdout).toContain("nothing to change");
  });
});
