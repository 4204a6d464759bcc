import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { InstanceStatus } from "../../supervisor/protocol/status.ts";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

const open = new Set<Server | TcpServer>();
afterEach(() => {
  for (const server of open) {
    server.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
  }
  open.clear();
});

/** Listens, at a free port unless one is named; the port. */
async function listen(server: Server | TcpServer, at: number | string = 0): Promise<number> {
  open.add(server);
  await new Promise<void>((resolve) =>
    typeof at === "string" ? server.listen(at, resolve) : server.listen(at, "127.0.0.1", resolve),
  );
  return typeof at === "string" ? 0 : (server.address() as AddressInfo).port;
}

async function stopListening(server: Server | TcpServer): Promise<void> {
  open.delete(server);
  await new Promise((resolve) => server.close(resolve));
}

/** An HTTP server whose answer a test changes. */
class Site {
  answers = 0;
  readonly server = createServer((_, response) => this.answer(response));
  private answer: (response: ServerResponse) => void = () => {};

  constructor() {
    this.give(200);
  }

  give(status: number): void {
    this.answers = 0;
    this.answer = (response) => {
      this.answers += 1;
      response.writeHead(status).end();
    };
  }

  hang(): void {
    this.answer = () => {};
  }
}

const withCheck = (check: string): string =>
  `tasks: { web: { command: sleep 1000, start_period: 10ms, stop_grace_period: 1s, healthcheck: { interval: 50ms, retries: 2, ${check} } } }`;
const isHealthy = ({ health }: InstanceStatus): boolean => health === "healthy";
const isUnhealthy = ({ health }: InstanceStatus): boolean => health === "unhealthy";

describe("an http check", () => {
  it("fails with 500, and has succeeded again after success_threshold answers in a row", async () => {
    const site = new Site();
    const port = await listen(site.server);
    const daemon = new Daemon(
      withCheck(`http: "http://127.0.0.1:${port}/healthz", success_threshold: 4, on_failure: mark`),
    );
    const before = await daemon.until("web", isHealthy);
    site.give(500);
    const url = `http://127.0.0.1:${port}/healthz`;
    expect(await daemon.until("web", isUnhealthy)).toMatchObject({
      state: "running",
      pid: before.pid,
      restarts: 0,
      reason: `${url}: answered 500`,
    });
    expect(site.answers).toBeGreaterThanOrEqual(2);
    expect(await daemon.client.send("GET", "/health")).toMatchObject({
      status: 503,
      body: { status: "degraded", problems: [`web is unhealthy: ${url}: answered 500`] },
    });
    site.give(302);
    expect(await daemon.until("web", isHealthy)).toMatchObject({ pid: before.pid, reason: null });
    expect(site.answers).toBeGreaterThanOrEqual(4);
    expect(await daemon.client.send("GET", "/health")).toMatchObject({ status: 200 });
  });

  it("fails when no answer comes in time, and when nobody listens", async () => {
    const site = new Site();
    const port = await listen(site.server);
    const daemon = new Daemon(
      withCheck(`http: "http://127.0.0.1:${port}/", timeout: 300ms, on_failure: mark`),
    );
    await daemon.until("web", isHealthy);
    site.hang();
    expect((await daemon.until("web", isUnhealthy)).reason).toBe(
      `http://127.0.0.1:${port}/: no answer in time`,
    );
    site.give(200);
    await daemon.until("web", isHealthy);
    await stopListening(site.server);
    expect((await daemon.until("web", isUnhealthy)).reason).toBe(`http://127.0.0.1:${port}/: ECONNREFUSED`);
  });

  it("keeps to itself what is secret in its address", async () => {
    const daemon = new Daemon(
      withCheck('http: "http://me:hidden@127.0.0.1:1/healthz?token=hidden", on_failure: mark'),
    );
    const { reason } = await daemon.until("web", isUnhealthy);
    expect(reason).toBe("http://127.0.0.1:1/healthz: ECONNREFUSED");
    expect(daemon.output).not.toContain("hidden");
  });

  it("may be of a unix socket", async () => {
    const folder = mkdtempSync(join(tmpdir(), "longshore-app-"));
    try {
      const site = new Site();
      const socket = join(folder, "app.sock");
      await listen(site.server, socket);
      const daemon = new Daemon(withCheck(`http: "http://unix:${socket}:/healthz", on_failure: mark`));
      await daemon.until("web", isHealthy);
      site.give(404);
      expect((await daemon.until("web", isUnhealthy)).reason).toBe(`${socket}:/healthz: answered 404`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a tcp check", () => {
  it("is whether a connection is accepted", async () => {
    const server = createTcpServer((socket) => socket.on("error", () => {}).resume());
    const port = await listen(server);
    const daemon = new Daemon(withCheck(`tcp: ${port}, on_failure: mark`));
    await daemon.until("web", isHealthy);
    await stopListening(server);
    expect((await daemon.until("web", isUnhealthy)).reason).toBe(`127.0.0.1:${port}: ECONNREFUSED`);
    await listen(server, port);
    await daemon.until("web", isHealthy);
  });
});

describe("an exec check", () => {
  it.each([
    ["a signal ends it", "[sh, -c, 'kill -SEGV $$$$']", "", "sh was killed by SIGSEGV"],
    ["it hangs", '[sleep, "1000"]', "timeout: 200ms, ", "sleep took longer than 200ms"],
    ["it cannot be run", "[no-such-check]", "", "cannot run no-such-check: no such program"],
    ["it finds fault", "[sh, -c, 'exit 3']", "", "sh exited with 3"],
  ])("says what is wrong when %s, also once the start period is over", async (_, exec, rest, reason) => {
    const daemon = new Daemon(
      withCheck(`exec: ${exec}, ${rest}on_failure: mark`).replace("start_period: 10ms", "start_period: 1s"),
    );
    expect(await daemon.until("web", isUnhealthy)).toMatchObject({ state: "starting", reason });
    expect(await daemon.until("web", ({ state }) => state === "running")).toMatchObject({ reason });
  });
});

describe("an unhealthy task", () => {
  it("is restarted by default, again and again, with growing waits between", async () => {
    const site = new Site();
    const port = await listen(site.server);
    const daemon = new Daemon(withCheck(`tcp: ${port}`));
    const before = await daemon.until("web", isHealthy);
    await stopListening(site.server);
    const reason = `127.0.0.1:${port}: ECONNREFUSED`;
    await daemon.waitFor(new RegExp(`web: stopping \\(${reason}\\)`));
    const after = await daemon.until("web", ({ pid }) => pid !== null && pid !== before.pid);
    expect(after.restarts).toBeGreaterThanOrEqual(1);
    await daemon.waitFor(/web: backoff/);
    await listen(site.server, port);
    expect(await daemon.until("web", isHealthy)).toMatchObject({ state: "running", reason: null });
  });

  it("with on_failure: shutdown takes everything with it, and longshored ends with code 1", async () => {
    const site = new Site();
    const port = await listen(site.server);
    const daemon = new Daemon(
      `${withCheck(`http: "http://127.0.0.1:${port}", on_failure: shutdown`).slice(0, -2)}, other: { command: sleep 1000 } }`,
    );
    await daemon.until("web", isHealthy);
    site.give(503);
    expect(await daemon.ended).toEqual({ code: 1, signal: null });
    expect(daemon.output).toMatch(/shutting down: web: unhealthy: http:\S+: answered 503/);
    expect(daemon.output).toContain("other: stopped");
  });
});
