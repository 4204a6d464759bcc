import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, runChecked } from "../hosts/command.ts";
import { noEngine, openSharedNet } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { endAtFirstFailure } from "./chapters.ts";
import { changesBetween, fingerprint } from "./fingerprint.ts";
import { ensureNodeImage } from "./node-image.ts";

const REPOSITORY = new URL("../../", import.meta.url).pathname;

// The README's first command, on a machine that has Node and nothing else: no Docker, no base image.
describe.skipIf(noEngine)("a newcomer's own machine", { timeout: 600_000 }, () => {
  endAtFirstFailure();

  let net: TestNet;
  let machine: TestHost;

  beforeAll(async () => {
    net = await openSharedNet();
    [machine] = (await net.addHosts(1, { image: await ensureNodeImage(net) })) as [TestHost];
    await installCheckout(net, machine);
  });

  afterAll(() => net?.removeHosts());

  const npm = (command: string) => machine.tryExec(["sh", "-c", `cd /srv/longshore && npm run ${command}`]);
  const get = (url: string) =>
    machine.exec(["curl", "--silent", "--show-error", "--fail", "--insecure", url]);

  test("npm run up ends with the site served, and says where", async () => {
    const { code, stdout, stderr } = await npm("up");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toContain("http://localhost:8080");
    expect(stdout).toContain("https://localhost:8443");
    expect(stdout).toMatch(/nginx\s+running/);
    expect(JSON.parse(await get("https://localhost:8443/healthz"))).toBeTruthy();
  });

  test("a second npm run up changes nothing and says so", async () => {
    const before = await fingerprint(machine);
    const { code, stdout, stderr } = await npm("up");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/nothing (was |to )?change/i);
    expect(changesBetween(before, await fingerprint(machine))).toEqual([]);
  });

  test("npm run down removes the site and leaves the engine", async () => {
    const { code, stdout, stderr } = await npm("down -- --yes");
    expect(code, stdout + stderr).toBe(0);
    expect((await machine.tryExec(["curl", "--silent", "http://localhost:8080"])).code).toBe(7); // refused
    expect(await machine.exec(["docker", "ps", "--all", "--quiet"])).toBe("");
    expect(await machine.exec(["systemctl", "is-active", "docker"])).toBe("active");
  });
});

/** Puts this checkout, as `npm ci` left it, at /srv/longshore of a host, and npm beside the host's Node. */
async function installCheckout(net: TestNet, host: TestHost): Promise<void> {
  const files = await runChecked(["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], {
    cwd: REPOSITORY,
  });
  const globalModules = (await runChecked(["npm", "root", "--global"])).trim();
  const archive = join(net.record.run.directory, "checkout.tar");
  const tar = ["tar", "--create", "--file", archive, "--null", "--ignore-failed-read"];
  await runChecked([...tar, "-C", REPOSITORY, "node_modules", "--files-from", "-"], {
    input: files,
  });
  await docker(["cp", archive, `${host.record.container}:/srv/checkout.tar`]);
  await host.exec(["mkdir", "/srv/longshore"]);
  await host.exec(["tar", "-xf", "/srv/checkout.tar", "-C", "/srv/longshore", "--no-same-owner"]);
  await host.exec(["mkdir", "-p", "/usr/local/lib/node_modules"]);
  await docker([
    "cp",
    join(globalModules, "npm"),
    `${host.record.container}:/usr/local/lib/node_modules/npm`,
  ]);
  await host.exec(["ln", "-s", "/usr/local/lib/node_modules/npm/bin/npm-cli.js", "/usr/local/bin/npm"]);
}
