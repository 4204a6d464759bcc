import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type CommandResult, runChecked } from "../hosts/command.ts";
import { noEngine } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { changesBetween, fingerprint } from "./fingerprint.ts";
import { createOperator, type Operator } from "./operator.ts";
import { addProvisionedHosts } from "./provisioned-hosts.ts";

describe.skipIf(noEngine)("bad input is refused with its place, and no host is touched", () => {
  let net: TestNet;
  let host: TestHost;
  let other: TestHost;
  let operator: Operator;
  /** the hosts as they were when last looked at; undefined once something was done to them */
  let last: string[] | undefined;

  beforeAll(async () => {
    const provisioned = await addProvisionedHosts({}, 2);
    net = provisioned.net;
    [host, other] = provisioned.hosts as [TestHost, TestHost];
  });

  afterAll(() => net?.removeHosts());

  beforeEach(() => {
    operator = createOperator(net, net.inventory());
  });

  const lookAtHosts = async () => (await Promise.all([fingerprint(host), fingerprint(other)])).flat();

  /** Runs a command that must fail and leave every host as it is. */
  async function refused(args: readonly string[], env: Record<string, string> = {}): Promise<CommandResult> {
    const before = last ?? (await lookAtHosts());
    const result = await operator.longshore(args, { env });
    expect(result.code, result.stdout + result.stderr).not.toBe(0);
    last = await lookAtHosts();
    expect(changesBetween(before, last)).toEqual([]);
    // A stack trace is for bugs, not for users.
    expect(result.stdout + result.stderr).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
    return result;
  }

  const said = ({ stdout, stderr }: CommandResult) => stdout + stderr;

  test.each(["provision", "deploy", "status"])(
    "%s: an inventory line that is no variable",
    async (command) => {
      operator.write("inventory.ini", `${net.inventory()}\n[db]\nhost9 ansible_host\n`);
      const line = operator.read("inventory.ini").split("\n").indexOf("host9 ansible_host") + 1;
      const result = await refused([command]);
      expect(said(result)).toContain(`inventory.ini:${line}:`);
      expect(said(result)).toContain("ansible_host");
    },
  );

  test("an inventory that is not there", async () => {
    const result = await refused(["-i", "nowhere.ini", "provision"]);
    expect(said(result)).toContain("nowhere.ini");
  });

  test("a misspelt key in tasks.yaml", async () => {
    operator.edit("compose/site/tasks.yaml", "    restart: always", "    restrat: always");
    const lines = operator.read("compose/site/tasks.yaml").split("\n");
    const line = lines.findIndex((text) => text.includes("restrat")) + 1;
    const result = await refused(["deploy"]);
    expect(said(result)).toContain(`tasks.yaml:${line}:5`);
    expect(said(result)).toContain("restrat");
    expect(said(result)).toMatch(/did you mean.*restart/i);
  });

  test("a misspelt key in the x-longshore block", async () => {
    operator.edit("compose/site/compose.yaml", "  supervisor: web", "  superviser: web");
    const lines = operator.read("compose/site/compose.yaml").split("\n");
    const line = lines.findIndex((text) => text.includes("superviser")) + 1;
    const result = await refused(["deploy"]);
    expect(said(result)).toContain(`compose.yaml:${line}:`);
    expect(said(result)).toContain("superviser");
  });

  test("a secrets file that is required and not there", async () => {
    operator.edit(
      "compose/site/compose.yaml",
      "{ file: .env, required: false }",
      "{ file: .env, required: true }",
    );
    const result = await refused(["deploy"]);
    expect(said(result)).toContain("secrets/.env");
  });

  test.each(["provision", "deploy", "status"])("%s: a key that the host does not accept", async (command) => {
    operator.edit("inventory.ini", net.identityFile, net.strangerFile);
    const result = await refused([command]);
    expect(said(result)).toContain(host.name);
    expect(said(result)).toContain(net.strangerFile);
  });

  test.each(["provision", "deploy", "status"])("%s: a host whose key has changed", async (command) => {
    await Promise.all([host.changeHostKeys(), other.changeHostKeys()]);
    last = undefined;
    const result = await refused([command]);
    expect(said(result)).toContain(host.name);
    expect(said(result)).toContain(net.knownHostsFile);
    expect(said(result)).toMatch(/changed/i);
    // Not even when new keys are welcome.
    await refused([command, "--accept-new"]);
    await net.trustHosts();
  });

  test("a host whose key is not known is refused, and accepted on demand", async () => {
    operator.edit("inventory.ini", net.knownHostsFile, `${operator.directory}/known_hosts`);
    const result = await refused(["provision"]);
    expect(said(result)).toContain(host.name);
    expect(said(result)).toContain("--accept-new");
    last = undefined;
    await operator.run("provision", "--accept-new");
    // The names may be hashed, as HashKnownHosts of this machine's ssh_config says.
    const recorded = `${operator.directory}/known_hosts`;
    for (const { address } of [host, other]) await runChecked(["ssh-keygen", "-F", address, "-f", recorded]);
    await operator.run("provision");
  });

  test.each([
    ["a host that is switched off", "disconnect", "connect"],
    ["a host that does not listen", "stopSshd", "startSshd"],
    ["a host that is frozen", "pause", "unpause"],
  ] as const)("%s fails alone: the other one is served", async (_title, breakIt, fixIt) => {
    operator.edit("inventory.ini", "-o UserKnownHostsFile", "-o ConnectTimeout=3 -o UserKnownHostsFile");
    last = undefined;
    await host[breakIt]();
    try {
      const result = await operator.longshore(["provision"]);
      expect(result.code).not.toBe(0);
      expect(said(result)).toContain(host.name);
      expect(said(result)).toMatch(new RegExp(`${other.name}.*\\bok\\b`));
      const status = await operator.longshore(["status"]);
      expect(status.code).not.toBe(0);
      expect(said(status)).toContain(other.name);
    } finally {
      await host[fixIt]();
    }
    await operator.run("provision");
  });
});
