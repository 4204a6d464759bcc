import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { afterEach, describe, expect, inject, test } from "vitest";
import { docker } from "../hosts/command.ts";
import { noEngine } from "../hosts/shared-net.ts";
import type { TestRun } from "../hosts/test-run.ts";
import { waitUntil } from "../hosts/wait.ts";
import { ensureSiteImage, SiteContainer, type SiteOptions } from "./site-container.ts";

const TASKS = readFileSync(new URL("../../compose/site/tasks.yaml", import.meta.url), "utf8");

/** Says back whatever comes after the upgrade. */
const ECHO = `import { createServer } from "node:http";
createServer((_, response) => response.end("ok"))
  .on("upgrade", (request, socket) => {
    const { upgrade, connection } = request.headers;
    socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: " + upgrade + "\\r\\nConnection: " + connection + "\\r\\n\\r\\n");
    socket.pipe(socket);
  })
  .listen({ path: "/run/app/app.sock", readableAll: true, writableAll: true });
`;

describe.skipIf(noEngine)("the site's container with other settings", () => {
  const started: SiteContainer[] = [];
  afterEach(() => docker(["rm", "--force", "--volumes", ...started.splice(0).map(({ name }) => name)]));

  async function start(name: string, options: SiteOptions): Promise<SiteContainer> {
    const site = await SiteContainer.start(inject("run") as TestRun, await ensureSiteImage(), name, options);
    started.push(site);
    return site;
  }

  test("tls off: plain HTTP serves the site, nobody listens for HTTPS, there is nothing to renew", async () => {
    const site = await start("plain", { variables: { LONGSHORE_TLS_MODE: "off" } });
    await site.waitUntilHealthy();
    const { status, headers, body } = await site.ask("http://localhost/");
    expect(status).toBe(200);
    expect(body).toContain("TLS is off");
    expect(headers["strict-transport-security"]).toBeUndefined();
    await expect(site.ask("https://localhost/")).rejects.toThrow(/ECONNREFUSED/);
    expect(await site.exec(["longshorectl", "run", "certificate", "--wait"])).toMatchObject({ code: 0 });
  });

  test("a setting that cannot work: unhealthy, and both the log and the health check say why", async () => {
    const site = await start("misnamed", {
      variables: { LONGSHORE_TLS_DOMAINS: "exa mple.org,*.example.org" },
    });
    await waitUntil("prepare has failed", async () => (await site.task("prepare")).exit_code === 1);
    expect(await site.logs()).toContain('cannot use LONGSHORE_TLS_DOMAINS="*.example.org": a wildcard needs');
    const health = await site.exec(["longshorectl", "health"]);
    expect(health.code).toBe(1);
    expect(health.stdout + health.stderr).toContain("prepare");
  });

  test("a websocket gets through nginx to the app", async () => {
    const tasks = TASKS.replace("/opt/site/app/server.mjs", "/etc/longshore/echo.mjs");
    const site = await start("websocket", {
      tasks,
      config: { "echo.mjs": ECHO },
      variables: { LONGSHORE_TLS_MODE: "off" },
    });
    await site.waitUntilHealthy();
    const asked = request({
      host: await site.address(),
      path: "/socket",
      headers: { connection: "Upgrade", upgrade: "websocket", "sec-websocket-version": "13" },
    }).end();
    const [response, socket] = await once(asked, "upgrade");
    expect(response.headers.upgrade).toBe("websocket");
    socket.write("ahoy");
    expect(String((await once(socket, "data"))[0])).toBe("ahoy");
    socket.destroy();
  });

  test("listens on IPv6 too", async () => {
    const site = await start("ipv6", { options: ["--sysctl", "net.ipv6.conf.all.disable_ipv6=0"] });
    await site.waitUntilHealthy();
    const curl = [
      "curl",
      "--silent",
      "--insecure",
      "--globoff",
      "--write-out",
      "%{http_code}",
      "--output",
      "/dev/null",
    ];
    expect(await site.execChecked([...curl, "http://[::1]/"])).toBe("301");
    expect(await site.execChecked([...curl, "https://[::1]/"])).toBe("200");
  });

  test("a task that ignores SIGTERM does not hold up docker stop for more than Docker's own 10 s", async () => {
    const stubborn = `  stubborn:\n    command: [sh, -c, "trap '' TERM; while :; do sleep 1; done"]\n`;
    const site = await start("stubborn", { tasks: TASKS + stubborn });
    await site.waitUntilHealthy();
    const before = performance.now();
    await docker(["stop", "--time", "20", site.name]);
    expect(performance.now() - before).toBeLessThan(10_000);
    expect(await site.inspect("{{.State.ExitCode}}")).toBe("0");
    expect(await site.logs()).toContain("app: stopped");
  });

  test("killed at any moment, it comes up again with the certificate that it had", async () => {
    const site = await start("reborn", {});
    await site.waitUntilHealthy();
    const before = (await site.ask("https://localhost/")).certificate?.fingerprint256;
    await docker(["kill", site.name]);
    await docker(["start", site.name]);
    await site.waitUntilHealthy();
    expect((await site.ask("https://localhost/")).certificate?.fingerprint256).toBe(before);
  });
});
