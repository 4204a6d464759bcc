import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import { waitUntil } from "../../hosts/wait.ts";
import { Installation } from "../installation.ts";
import type { Operator } from "../operator.ts";
import { StartedCommand } from "../started-command.ts";

// A little of every step: files, settings, groups, services, packages.
const UNDO = `systemctl disable --quiet docker
rm -rf /etc/docker/daemon.json /etc/sysctl.d/60-longshore.conf /opt/longshore
gpasswd --delete debian docker >/dev/null
apt-mark unhold docker.io >/dev/null
sysctl -q net.ipv4.tcp_migrate_req=0`;

/** Lines of `--json=events` that a run from there has, at least. */
const EVENTS = 400;

describe.skipIf(noEngine)("an operator who does not stay to the end", { timeout: 600_000 }, () => {
  let installation: Installation;
  let host: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    installation = await Installation.prepare();
    ({ host, operator } = installation);
  });

  afterAll(() => installation?.net.removeHosts());

  test("the operator's process is killed", async () => {
    const command = await installation.start();
    command.signal("SIGKILL");
    expect(await command.ends()).toBeUndefined();
    await installation.expectConvergence();
  });

  test.each([0.1, 0.4, 0.7])(
    "the operator's process is killed somewhere: at %d of the way, give or take",
    async (share) => {
      await installation.removeRole();
      await host.exec(["sh", "-c", UNDO]);
      const number = Math.floor((share + Math.random() * 0.3) * EVENTS);
      const command = StartedCommand.start(operator, ["provision", "--json=events"]);
      const events = () => command.output.split("\n").length - 1;
      await waitUntil(`event ${number} of the run`, () => events() >= number || command.hasEnded, {
        timeout: 180_000,
        interval: 5,
      });
      command.signal("SIGKILL");
      await command.ends();
      // What is installing goes on by itself for a moment: the same command waits for it.
      await installation.expectConvergence().catch((cause) => {
        throw new Error(`it did not get there after a kill at event ${number}`, { cause });
      });
    },
  );

  test("Ctrl-C: the step ends in order, and it says how to go on", async () => {
    const command = await installation.start();
    command.signal("SIGINT");
    expect(await command.ends()).toBe(130);
    expect(command.output).toContain("stopping when the steps that are running have ended");
    expect(command.output).toMatch(/unattended upgrades: .*: done/);
    expect(await host.exec(["dpkg", "--audit"])).toBe("");
    await installation.expectConvergence();
  });

  test("Ctrl-C twice: it leaves at once", async () => {
    const command = await installation.start();
    command.signal("SIGINT");
    await command.shows(/once more to leave at once/);
    command.signal("SIGINT");
    expect(await command.ends()).toBe(130);
    expect(command.output).toMatch(new RegExp(`${host.name} +interrupted`));
    expect(command.output).toMatch(/to go on .*: (npx )?longshore .* provision .*--limit host\d+/);
    await installation.expectConvergence();
  });
});
