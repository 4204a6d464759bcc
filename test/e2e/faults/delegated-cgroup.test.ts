import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { InstanceStatus } from "../../../supervisor/protocol/status.ts";
import { noEngine, openSharedNet } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { waitUntil } from "../../hosts/wait.ts";
import { ensureNodeImage } from "../node-image.ts";

const DIST = new URL("../../../dist/", import.meta.url).pathname;
const FOLDER = "/opt/longshored";
const SOCKET = "/tmp/control.sock";

/** A daemon as of old: a session of its own, its parent gone, nothing in its environment, and deaf to SIGTERM. */
const DAEMON = `#!/bin/sh
env -i setsid --fork sh -c 'trap "" TERM; echo $$ > /tmp/escaped; while :; do /bin/sleep 1; done'
until [ -s /tmp/escaped ]; do sleep 0.05; done
exec sleep 1000
`;
const TASKS = `tasks:
  web: { command: ${FOLDER}/daemon, start_period: 10ms, stop_grace_period: 300ms }
  other: { command: sleep 1000, start_period: 10ms }
`;

describe.skipIf(noEngine)("longshored as a service of systemd", () => {
  let net: TestNet;
  let host: TestHost;

  beforeAll(async () => {
    net = await openSharedNet();
    const image = await ensureNodeImage(net);
    [host] = (await net.addHosts(1, { image })) as [TestHost];
    await host.exec(["mkdir", FOLDER]);
    for (const name of readdirSync(DIST).filter((file) => /\.(cjs|node)$/.test(file)))
      await host.writeFile(`${FOLDER}/${name}`, readFileSync(join(DIST, name)));
    await host.writeFile(`${FOLDER}/daemon`, DAEMON);
    await host.writeFile(`${FOLDER}/tasks.yaml`, TASKS);
    await host.exec(["chmod", "755", `${FOLDER}/daemon`]);
  });
  afterAll(() => net?.removeHosts());

  let user = "root";

  async function start(...properties: string[]): Promise<void> {
    user = properties.find((property) => property.startsWith("User="))?.slice("User=".length) ?? "root";
    await host.exec([
      ...["systemd-run", "--unit=supervised", "--collect", "-p", "TimeoutStopSec=2"],
      ...properties.flatMap((property) => ["-p", property]),
      ...["node", `${FOLDER}/longshored.cjs`, `${FOLDER}/tasks.yaml`],
      ...["--socket", SOCKET, "--state-dir", "/tmp/state"],
    ]);
    await waitUntil("the task is up", async () => (await task("web")).state === "running");
  }

  afterEach(async () => {
    await host?.tryExec(["systemctl", "stop", "supervised"]);
    await host?.exec(["rm", "-rf", SOCKET, "/tmp/state", "/tmp/escaped"]);
  });

  /** Root's would not talk to another user's longshored. */
  const ctl = (...args: string[]) =>
    host.exec([
      "runuser",
      "-u",
      user,
      "--",
      "node",
      `${FOLDER}/longshorectl.cjs`,
      "--socket",
      SOCKET,
      ...args,
    ]);

  async function task(name: string): Promise<InstanceStatus> {
    const [found] = JSON.parse(await ctl("status", "--json", name)) as [InstanceStatus];
    return found;
  }

  const findEscaped = () => host.exec(["cat", "/tmp/escaped"]);
  const isAlive = async (pid: string) => (await host.tryExec(["kill", "-0", pid])).code === 0;

  /** The cgroups of instances, below that of the service. */
  async function listCgroups(): Promise<string[]> {
    const folder = "/sys/fs/cgroup/system.slice/supervised.service";
    const found = await host.exec(["find", folder, "-name", "*#*", "-printf", "%f\n"]);
    const names = found.split("\n").filter(Boolean);
    return names.map((name) => name.split("-")[0] ?? "").sort();
  }

  test.each([
    ["root", []],
    ["an ordinary user", ["User=debian"]],
  ])("kills what has escaped by every known way, where its cgroup is delegated to %s", async (_, more) => {
    await start("Delegate=yes", ...more);
    expect(await listCgroups()).toEqual(["other#1", "web#1"]);
    const other = await task("other");

    const first = await findEscaped();
    await host.exec(["rm", "/tmp/escaped"]);
    await host.exec(["kill", "-KILL", String((await task("web")).pid)]);
    const second = await waitUntil("it is up again", findEscaped);
    expect(second).not.toBe(first);
    expect(await isAlive(first)).toBe(false);

    expect(await ctl("stop", "web")).toBe("web: stopped");
    expect(await isAlive(second)).toBe(false);
    expect((await task("other")).pid).toBe(other.pid);

    expect(await listCgroups()).toEqual(["other#1"]);
  });

  test("makes no cgroup where none is delegated, and stops what it finds by descent, as that daemon is not", async () => {
    await start();
    expect(await listCgroups()).toEqual([]);
    expect(await ctl("stop", "all")).toBe("web: stopped\nother: stopped");
    expect(await isAlive(await findEscaped())).toBe(true);
    expect(await host.exec(["journalctl", "--unit", "supervised", "--output", "cat"])).not.toContain(
      "cannot",
    );
  });
});
