import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { SupervisorEvent } from "../../supervisor/protocol/event.ts";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

const failing = "bad: { command: [sh, -c, exit 3], start_retries: 0 }";

describe("events", () => {
  it("are streamed, kept and written to a file, each as its schema says", async () => {
    const folder = mkdtempSync(join(tmpdir(), "events-"));
    const file = join(folder, "events.log");
    const daemon = new Daemon(`events: { file: ${file} }\ntasks: { ${failing} }`);
    await daemon.until("bad", ({ state }) => state === "fatal");
    const events: SupervisorEvent[] = [];
    for await (const record of daemon.client.lines("/v1/events")) events.push(SupervisorEvent.parse(record));
    expect(events.map(({ event }) => event)).toEqual(["started", "fatal"]);
    expect(events[1]).toMatchObject({
      name: "bad",
      exit_code: 3,
      reason: "1 failed start, the last: exit code 3",
    });
    const written = readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line) => SupervisorEvent.parse(JSON.parse(line)));
    expect(written).toEqual(events);
    rmSync(folder, { recursive: true });
  });
});

describe("notify targets", () => {
  it("are told over TCP, by a webhook that fails at first, and by a command", async () => {
    const tcp = createServer().listen(0, "127.0.0.1");
    let tries = 0;
    const hook = createHttpServer((request, response) => {
      tries += 1;
      response.writeHead(tries === 1 ? 503 : 204).end();
      request.resume();
    }).listen(0, "127.0.0.1");
    await Promise.all([once(tcp, "listening"), once(hook, "listening")]);
    const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;
    const line = once(tcp, "connection").then(([socket]) => text(socket));
    const daemon = new Daemon(`
notify:
  - { tcp: "127.0.0.1:${portOf(tcp)}", on: [fatal] }
  - { webhook: "http://127.0.0.1:${portOf(hook)}/secret", on: [fatal] }
  - { exec: [sh, -c, 'printf %s "$EVENT" > $DIR/told'], on: [fatal] }
tasks: { ${failing} }
`);
    expect(SupervisorEvent.parse(JSON.parse(await line))).toMatchObject({ event: "fatal", name: "bad" });
    await expect.poll(() => tries, { timeout: 10_000 }).toBe(2);
    const told = join(daemon.folder, "told");
    await expect
      .poll(() => existsSync(told) && readFileSync(told, "utf8"), { timeout: 10_000 })
      .toContain('"fatal"');
    expect(daemon.output).not.toContain("secret");
    tcp.close();
    hook.close();
    hook.closeAllConnections();
  });

  it("are told of what ends everything before longshored ends", async () => {
    const heard: string[] = [];
    const hook = createHttpServer(async (request, response) => {
      const { event, name } = SupervisorEvent.parse(JSON.parse(await text(request)));
      await new Promise((resolve) => setTimeout(resolve, 100));
      heard.push(`${name} ${event}`);
      response.writeHead(204).end();
    }).listen(0, "::1");
    await once(hook, "listening");
    const { port } = hook.address() as AddressInfo;
    const daemon = new Daemon(`
notify:
  - { webhook: "http://[::1]:${port}/", on: [fatal, stopped] }
  - { tcp: "[::1]:1", on: [fatal] }
tasks:
  bad: { command: [sh, -c, exit 3], start_retries: 0, critical: true }
  web: { command: sleep 1000, instances: 2 }
`);
    expect((await daemon.ended).code).toBe(3);
    expect(heard.sort()).toEqual(["bad fatal", "web_1 stopped", "web_2 stopped"]);
    expect(daemon.output).toMatch(/cannot tell \[::1\]:1 of 1 event before the end/);
    hook.close();
  });
});
