import { mkdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noEngine, openSharedNet } from "../hosts/shared-net.ts";
import type { TestHost } from "../hosts/test-host.ts";
import type { TestNet } from "../hosts/test-net.ts";
import { waitUntil } from "../hosts/wait.ts";
import { endAtFirstFailure } from "./chapters.ts";
import { changesBetween, fingerprint } from "./fingerprint.ts";
import { createOperator, type Operator } from "./operator.ts";
import { requestSite } from "./request.ts";

// The life of a site, from a bare host to the end. Each test is the next chapter: they need each other, in this order.
describe.skipIf(noEngine)("a bare host becomes a live HTTPS site", { timeout: 300_000 }, () => {
  endAtFirstFailure();

  let net: TestNet;
  let host: TestHost;
  let operator: Operator;
  let issuerRoots: string;

  beforeAll(async () => {
    net = await openSharedNet();
    [host] = (await net.addHosts(1)) as [TestHost];
    issuerRoots = await net.acme.issuerRoots();
    const tls = { tls: "acme", acme_server: net.acme.directoryUrl, acme_ca_file: net.acme.rootFile };
    operator = createOperator(net, net.inventory({ ...tls, acme_email: "ops@longshore.test" }));
  });

  afterAll(() => net?.removeHosts());

  const healthz = async () => {
    const { status, body } = await requestSite(host, { path: "/healthz", ca: issuerRoots });
    return status === 200 && (JSON.parse(body) as Record<string, unknown>);
  };
  const webContainer = () => host.exec(["docker", "ps", "--quiet", "--filter", "name=web"]);

  test("provision installs Docker Engine and Compose, for the login user too", async () => {
    await operator.run("provision");
    const compose = await host.ssh(["docker", "compose", "version", "--short"]);
    expect(compose).toMatchObject({ code: 0, stdout: expect.stringMatching(/^v?2\./) });
    expect((await host.ssh(["docker", "info", "--format", "{{.ID}}"])).code).toBe(0);
    expect(await host.exec(["sysctl", "-n", "net.ipv4.tcp_migrate_req"])).toBe("1");
  });

  test("a second provision changes nothing", async () => {
    const before = await fingerprint(host);
    await operator.run("provision");
    expect(changesBetween(before, await fingerprint(host))).toEqual([]);
  });

  test("deploy ends with the site served over HTTPS, under a certificate that the ACME server issued", async () => {
    await operator.run("deploy");
    const page = await requestSite(host, { ca: issuerRoots });
    expect(page.status).toBe(200);
    expect(page.certificate?.subjectaltname).toBe(`DNS:${host.domain}`);
    expect(await healthz()).toBeTruthy();
  });

  test("plain HTTP leads to HTTPS, except for what the ACME server asks", async () => {
    const redirect = await requestSite(host, { tls: false, path: "/a?b=c" });
    expect([301, 308]).toContain(redirect.status);
    expect(redirect.headers.location).toBe(`https://${host.domain}/a?b=c`);
    const challenge = await requestSite(host, { tls: false, path: "/.well-known/acme-challenge/none" });
    expect(challenge.status).toBe(404);
  });

  test("status over SSH shows every task", async () => {
    const { stdout } = await operator.run("status");
    for (const row of [
      /app\s+running\s+\d+/,
      /nginx\s+running\s+\d+/,
      /certificate\s+waiting/,
      /duckdns\s+stopped/,
    ]) {
      expect(stdout).toMatch(row);
    }
    const json = await operator.run("status", "--json");
    expect(namesIn(JSON.parse(json.stdout))).toEqual(
      expect.arrayContaining(["app", "nginx", "certificate", "duckdns"]),
    );
  });

  test("a second deploy changes nothing, and the process goes on", async () => {
    const before = await fingerprint(host);
    const certificate = (await requestSite(host)).certificate?.serialNumber;
    await operator.run("deploy");
    expect(changesBetween(before, await fingerprint(host))).toEqual([]);
    expect((await requestSite(host)).certificate?.serialNumber).toBe(certificate);
  });

  test("a change of the app is served after the next deploy, with the same certificate", async () => {
    const certificate = (await requestSite(host)).certificate?.serialNumber;
    const container = await webContainer();
    operator.edit("compose/site/app/page.mjs", /<title>/, "<title>Second edition: ");
    await operator.run("deploy");
    expect(await webContainer()).not.toBe(container);
    const page = await requestSite(host, { ca: issuerRoots });
    expect(page.body).toContain("Second edition");
    expect(page.certificate?.serialNumber).toBe(certificate);
  });

  test("a change of tasks.yaml alone is a reload: the container and the app's process stay", async () => {
    const container = await webContainer();
    const pidOf = () => host.exec(["docker", "exec", container, "longshorectl", "status", "--json", "app"]);
    const before = JSON.parse(await pidOf());
    operator.edit(
      "compose/site/tasks.yaml",
      /^tasks:\n/m,
      'tasks:\n  night:\n    command: "true"\n    schedule: "@daily"\n',
    );
    await operator.run("deploy");
    expect(await webContainer()).toBe(container);
    expect(JSON.parse(await pidOf())[0].pid).toBe(before[0].pid);
    expect((await operator.run("status")).stdout).toMatch(/night\s+waiting/);
  });

  test("a task that was stopped by hand is named by status, drift and deploy, and none calls the host well", async () => {
    const longshorectl = async (...args: string[]) =>
      host.exec(["docker", "exec", await webContainer(), "longshorectl", ...args]);
    await longshorectl("stop", "nginx");
    for (const [command, code] of [
      ["status", 1],
      ["drift", 2],
      ["deploy", 1],
    ] as const) {
      const result = await operator.longshore([command]);
      expect([command, result.code, result.stdout]).toEqual([
        command,
        code,
        expect.stringContaining("nginx was stopped by hand"),
      ]);
      if (command !== "deploy") continue;
      expect(result.stdout).toContain("nothing listens on port 443");
      expect(result.stdout).toContain("longshorectl start nginx");
    }
    await longshorectl("start", "nginx");
    await operator.run("deploy");
    await operator.run("status");
  });

  test("a release that only looks healthy, or has no longshored, fails; its one-shot service is done", async () => {
    const image = await host.exec([
      "docker",
      "inspect",
      "--format",
      "{{.Config.Image}}",
      await webContainer(),
    ]);
    mkdirSync(`${operator.directory}/compose/flap`);
    const compose = (web: string) =>
      operator.write(
        "compose/flap/compose.yaml",
        `name: flap
x-longshore: { supervisor: web, tls: off }
services:
  web: { image: "${image}", volumes: ["./config:/etc/longshore:ro"], ${web} }
  migrate: { image: "${image}", entrypoint: ["true"], restart: on-failure }
`,
      );
    const deploy = () => operator.longshore(["deploy", "--stack", "compose/flap"]);

    operator.write(
      "compose/flap/tasks.yaml",
      `tasks:
  flap: { command: [sh, -c, "sleep 2; exit 3"] }
  once: { command: [sh, -c, "echo no database; exit 4"], type: oneshot }
`,
    );
    compose("init: false");
    const flapping = await deploy();
    expect(flapping).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/once has failed: .*4\n\s+no database/),
    });

    compose('entrypoint: ["sleep", "infinity"], stop_grace_period: 1s');
    const missing = await deploy();
    expect(missing).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/PID 1 is "sleep infinity", not longshored/),
    });

    operator.write("compose/flap/tasks.yaml", "tasks:\n  app: { command: sleep infinity }\n");
    compose("init: false");
    expect(await deploy()).toMatchObject({ code: 0 });
    expect(await deploy()).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing to change") });
    await host.exec(["sh", "-c", "docker rm -f $(docker ps -aq --filter name=flap-migrate)"]);
    expect(await operator.longshore(["status"])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("flap/migrate has no container"),
    });
    await operator.run("down", "--stack", "compose/flap", "--yes");
  });

  test("the container's PID 1 is killed, and the site returns by itself", async () => {
    const pid = await host.exec(["docker", "inspect", "--format", "{{.State.Pid}}", await webContainer()]);
    // Not `docker kill`, which the engine takes for the operator's wish.
    await host.exec(["kill", "-KILL", pid]);
    await waitUntil("the site answers again", healthz, { timeout: 60_000 });
    expect(
      await host.exec(["docker", "inspect", "--format", "{{.State.Pid}}", await webContainer()]),
    ).not.toBe(pid);
  });

  test.each(["reboot", "powerCycle"] as const)(
    "after a %s of the host the site returns by itself",
    async (how) => {
      await host[how]();
      await waitUntil("the site answers again", healthz, { timeout: 60_000 });
      const { status, body } = await requestSite(host, { ca: issuerRoots });
      expect(status).toBe(200);
      expect(body).toContain("Second edition");
      await operator.run("deploy");
    },
  );

  test("down removes what was deployed, and only that", async () => {
    await host.writeFile("/opt/mine", "mine\n");
    await host.exec(["docker", "volume", "create", "mine"]);
    const refused = await operator.longshore(["down"]);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(refused.stderr).toContain("longshore -i inventory.ini down --yes");
    await operator.run("down", "--yes");
    await expect(requestSite(host)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await host.exec(["docker", "ps", "--all", "--quiet"])).toBe("");
    expect((await host.tryExec(["test", "-e", "/opt/longshore/site"])).code).toBe(1);
    expect(await host.exec(["docker", "volume", "ls", "--quiet"])).toContain("mine");
    expect(await host.exec(["cat", "/opt/mine"])).toBe("mine");
  });
});

/** Every value of a key `name` or `task` in a JSON document. */
function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    (key === "name" || key === "task") && typeof item === "string" ? [item] : namesIn(item),
  );
}
