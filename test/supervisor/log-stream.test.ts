import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { LogRecord } from "../../supervisor/protocol/request.ts";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

describe("a stream of logs", () => {
  const ticking = (text: string) => `[sh, -c, 'while :; do echo ${text}; sleep 0.02; done']`;

  it("goes on with what a reload adds and brings back", async () => {
    const web = `web: { command: ${ticking("web")} }`;
    const daemon = new Daemon(`tasks: { ${web} }`);
    await daemon.until("web", ({ pid }) => pid !== null);
    const seen: LogRecord[] = [];
    const stream = daemon.client.lines("/v1/logs?follow=true&lines=0");
    const readUntil = async (isDone: (record: LogRecord) => boolean): Promise<void> => {
      for (;;) {
        const { value, done } = await stream.next();
        if (done) throw new Error("the stream has ended");
        seen.push(value as LogRecord);
        if (isDone(value as LogRecord)) return;
      }
    };
    const rewrite = async (tasks: string): Promise<void> => {
      daemon.rewrite(`tasks: { ${tasks} }`);
      await daemon.client.call("POST", "/v1/reload", {});
    };
    await readUntil(({ line }) => line === "web");
    await rewrite(`app: { command: ${ticking("app")} }`);
    await readUntil(({ name, line }) => name === "app" && line === "app");
    await rewrite(`web: { command: ${ticking("again")} }`);
    await readUntil(({ name, line }) => name === "web" && line === "again");
    await stream.return(undefined);
  });

  it("leaves out, and says so, what comes faster than it is read, and goes on", async () => {
    const daemon = new Daemon(`
tasks:
  web:
    command: [sh, -c, 'while ! test -e $DIR/go; do sleep 0.01; done; seq 1000000; echo end; sleep 1000']
    stdout: "\${DIR}/web.log"
`);
    await daemon.until("web", ({ pid }) => pid !== null);
    const socket = connect(daemon.client.socketPath);
    socket.write("GET /v1/logs?follow=true&lines=0 HTTP/1.0\r\n\r\n");
    // The head comes; from then on nothing is read until all has been written.
    await new Promise((resolve) => socket.once("readable", resolve));
    writeFileSync(join(daemon.folder, "go"), "");
    const log = join(daemon.folder, "web.log");
    await expect.poll(() => readFileSync(log, "utf8").endsWith("end\n"), { timeout: 15_000 }).toBe(true);
    let body = "";
    for await (const chunk of socket.setEncoding("utf8")) {
      body += chunk;
      if (body.includes("left out here")) break;
    }
    const lines = [...body.matchAll(/"line":"(\d+)"/g)].map(([, number]) => Number(number));
    expect(lines.every((line, index) => line === index + 1)).toBe(true);
    const missed = Number(/"name":"longshored".*"line":"(\d+) lines are left out here/.exec(body)?.[1]);
    expect(lines.length + missed).toBe(1_000_001);
  });
});
