import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { docker } from "../hosts/command.ts";
import { noEngine } from "../hosts/shared-net.ts";
import type { TestRun } from "../hosts/test-run.ts";
import { waitUntil } from "../hosts/wait.ts";
import { ensureSiteImage, SiteContainer } from "./site-container.ts";

const TOKEN = "c0ffee00-1234-5678-9abc-def012345678";

describe.skipIf(noEngine)("the site's container", () => {
  let site: SiteContainer;
  let address: string;

  beforeAll(async () => {
    const run = inject("run") as TestRun;
    const variables = { http_port: "8080", https_port: "8443" };
    const secrets = `DUCKDNS_TOKEN=${TOKEN}\n`;
    site = await SiteContainer.start(run, await ensureSiteImage(), "site", { variables, secrets });
    await site.waitUntilHealthy();
    address = await site.address();
  });
  afterAll(() => docker(["rm", "--force", "--volumes", site.name]));

  const page = async () => (await site.ask("https://localhost:8443/")).body;
  /** Kills a task's process and resolves when another one has taken its place. */
  const killTask = async (name: string) => {
    const { pid, restarts } = await site.task(name);
    await site.execChecked(["sh", "-c", 'kill -KILL "$0"', String(pid)]);
    return waitUntil(`${name} is running again`, async () => {
      const now = await site.task(name);
      return (
        now.state === "running" && now.pid !== pid && now.restarts > restarts && now.health !== "starting"
      );
    });
  };

  test("answers plain HTTP with a redirect that names the HTTPS port", async () => {
    const { status, headers } = await site.ask("http://localhost:8080/some/page?a=1");
    expect(status).toBe(301);
    expect(headers.location).toBe("https://localhost:8443/some/page?a=1");
  });

  test("serves the page over HTTPS, with a self-signed certificate and without HSTS", async () => {
    const { status, headers, body, certificate } = await site.ask("https://localhost:8443/");
    expect(status).toBe(200);
    expect(body).toContain("<code>r1</code>");
    expect(body).toContain("<dd>HTTPS</dd>");
    expect(certificate?.subjectaltname).toBe("DNS:localhost");
    expect(headers["strict-transport-security"]).toBeUndefined();
    expect(headers["content-security-policy"]).toContain("default-src 'none'");
    expect(headers.server).toBe("nginx");
  });

  test("speaks HTTP/2", async () => {
    const session = connectHttp2(`https://${address}:8443`, { rejectUnauthorized: false });
    const stream = session.request({ ":path": "/healthz" });
    const [headers] = await once(stream, "response");
    expect(headers[":status"]).toBe(200);
    expect(JSON.parse(await text(stream))).toMatchObject({
      status: "ok",
      tls: { certificate: "self-signed" },
    });
    session.close();
  });

  test("nothing but PID 1, nginx's master and the jobs is root", async () => {
    const processes = await site.execChecked([
      "sh",
      "-c",
      "cat /proc/[0-9]*/status | grep -E '^(Name|Uid):'",
    ]);
    const users = [...processes.matchAll(/^Name:\s+(\S+)\nUid:\s+(\d+)/gm)].map(
      ([, name, uid]) => `${name} ${uid}`,
    );
    const uidOf = async (user: string) => site.execChecked(["id", "-u", user]);
    expect(users).toContain(`nginx ${await uidOf("www-data")}`);
    expect(users).toContain(`node ${await uidOf("app")}`);
    expect(users.filter((user) => user === "nginx 0")).toHaveLength(1);
  });

  test("cannot write to its image", async () => {
    const { code, stderr } = await site.exec(["touch", "/opt/site/app/server.mjs"]);
    expect(code).not.toBe(0);
    expect(stderr).toContain("Read-only file system");
  });

  test("all memory that it can write to is bounded, and so are its memory and processes", async () => {
    const mounts = await site.execChecked(["cat", "/proc/mounts"]);
    const writable = [...mounts.matchAll(/^tmpfs (\S+) tmpfs (rw\S*)/gm)]
      .filter(([, path]) => path?.startsWith("/run") || path?.startsWith("/tmp"))
      .map(([, path, options]) => `${path} ${/size=(\d+k)/.exec(options ?? "")?.[1]}`);
    const sizes = ["/run 32768k", "/run/app 1024k", "/run/nginx/temp 131072k", "/tmp 65536k"];
    expect(writable.sort()).toEqual(sizes);
    const limits = await site.inspect("{{.HostConfig.PidsLimit}} {{.HostConfig.Memory}}");
    expect(limits).toMatch(/^1024 (1073741824|0)$/); // 0: a kernel without the controller
    const { code, stderr } = await site.exec([
      "sh",
      "-c",
      "head -c 2m /dev/zero > /run/app/fill; rm /run/app/fill",
    ]);
    expect(`${code} ${stderr}`).toMatch(/denied|No space left/);
  });

  test("the self-signed certificate is kept for eleven months, then made anew", async () => {
    const script = `import { ensureSelfSigned } from "/opt/site/lib/self-signed.mjs";
      for (const day of [0, 300, 340]) {
        const now = new Date(Date.now() + day * 86400000);
        console.log((await ensureSelfSigned("/tmp/tls/self-signed", ["localhost"], now)).fingerprint);
      }`;
    const made = await site.execChecked(["node", "--input-type=module", "--eval", script]);
    const [first, later, renewed] = made.split("\n");
    expect(later).toBe(first);
    expect(renewed).not.toBe(first);
  });

  test("the DuckDNS job is off and says which variable it misses; the token is nowhere to be seen", async () => {
    expect(await site.task("duckdns")).toMatchObject({
      state: "stopped",
      reason: "DUCKDNS_DOMAINS is not set",
    });
    const seen = [
      await site.inspect("{{json .}}"),
      await site.logs(),
      await site.execChecked(["longshorectl", "status", "--json"]),
      await site.execChecked(["sh", "-c", "cat /proc/[0-9]*/cmdline"]),
    ];
    expect(seen.join("\n")).not.toContain(TOKEN);
  });

  test("an app that was killed is back at once, and nginx with it", async () => {
    await killTask("app");
    expect(await page()).toContain("site is up");
    await killTask("nginx");
    await waitUntil("the site is back", page);
  });

  test("100 orphans leave no zombie", async () => {
    // Each subshell ends at once, and leaves PID 1 with its child.
    await site.execChecked(["sh", "-c", "for i in $(seq 100); do (sleep 0.2 &) ; done"]);
    const states = async () => site.execChecked(["sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null || true"]);
    await waitUntil("the orphans end", async () => !(await states()).includes("(sleep)"));
    expect((await states()).match(/\) Z /g)).toBeNull();
  });

  test("docker stop lets a request finish, ends in time, and stops the tasks in reverse order", async () => {
    const upload = httpsRequest({
      ...{ host: address, port: 8443, method: "POST", rejectUnauthorized: false, agent: false },
      headers: { "content-length": 4, expect: "100-continue" },
    });
    upload.flushHeaders();
    await once(upload, "continue");
    const before = performance.now();
    const stopped = docker(["stop", site.name]);
    await waitUntil("nginx drains", async () => (await site.logs()).includes("nginx: stopping"));
    const answer = once(upload.end("body"), "response");
    await stopped;
    expect(performance.now() - before).toBeLessThan(9_000);
    expect((await answer)[0].statusCode).toBe(405);
    const shutdown = (await site.logs()).split("shutting down").at(-1);
    const order = shutdown?.match(/(nginx|app): (stopping|stopped)/g);
    expect(order).toEqual(["nginx: stopping", "nginx: stopped", "app: stopping", "app: stopped"]);
    expect(await site.inspect("{{.State.ExitCode}} {{.State.OOMKilled}}")).toBe("0 false");
  });
});
