import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { ControlClient } from "../../supervisor/ctl/client.ts";
import { Daemon, useDaemons } from "./daemon.ts";
import { Terminal } from "./terminal.ts";

useDaemons();
const run = promisify(execFile);

const folder = mkdtempSync(join(tmpdir(), "longshorectl-"));
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** A server that answers whatever it is asked with this text, or not at all. */
async function answering(answer: string | undefined): Promise<string> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", () => answer !== undefined && socket.end(answer));
  });
  const path = join(folder, `${servers.push(server)}.sock`);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

const ticking = "tasks: { web: { command: [sh, -c, 'while :; do echo tick; sleep 0.05; done'] } }";

describe("longshorectl", () => {
  it("ends quietly when nobody reads on", async () => {
    const daemon = new Daemon(ticking);
    await daemon.waitFor(/tick\n.*tick/);
    const { stdout, stderr } = await run("sh", [
      "-c",
      '"$@" logs -f web | head -n 1',
      "sh",
      ...daemon.ctlArgv,
    ]);
    expect({ stdout, stderr }).toEqual({ stdout: "tick\n", stderr: "" });
  });

  it("says so when what it follows has ended", async () => {
    const daemon = new Daemon(ticking);
    await daemon.waitFor(/ runs /);
    const commands = [
      ["logs", "-f"],
      ["events", "-f"],
      ["status", "--watch"],
    ].map((args) => daemon.spawnCtl(...args));
    await Promise.all(commands.map(({ stdout }) => new Promise((resolve) => stdout.once("data", resolve))));
    daemon.signal("SIGTERM");
    await Promise.all(
      commands.map(async (command) => {
        const ended = new Promise((resolve) => command.on("close", resolve));
        expect(await text(command.stderr)).toMatch(
          /^(longshored at .* has closed the connection|cannot reach longshored at .*)\n {2}\S.*\n$/,
        );
        expect(await ended).toBe(69);
      }),
    );
  });

  it.each([
    ["a web page", "HTTP/1.0 200 OK\r\ncontent-type: text/html\r\n\r\n<html>hello</html>"],
    ["an sshd", "SSH-2.0-OpenSSH_10.0\r\n\r\n"],
  ])("takes %s for no longshored", async (_, answer) => {
    const client = new ControlClient(await answering(answer));
    const expected = { code: "unreachable", message: expect.stringContaining("is not longshored") };
    await expect(client.call("GET", "/v1/tasks")).rejects.toMatchObject(expected);
    await expect(client.call("POST", "/v1/stop", {})).rejects.toMatchObject(expected);
    await expect(client.lines("/v1/logs").next()).rejects.toMatchObject(expected);
  });

  it("does not wait for a longshored that hangs", async () => {
    const client = new ControlClient(await answering(undefined), undefined, 50);
    const expected = { code: "unreachable", message: expect.stringContaining("does not answer") };
    await expect(client.call("GET", "/v1/tasks")).rejects.toMatchObject(expected);
    await expect(client.call("POST", "/v1/stop", {})).rejects.toMatchObject(expected);
    await expect(client.lines("/v1/logs").next()).rejects.toMatchObject(expected);
  });

  it("waits for a task as long as longshored is there", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'trap \"sleep 2.5; exit\" TERM; echo up; while :; do sleep 0.01; done'] } }",
    );
    await daemon.waitFor(/web \| up/);
    const client = new ControlClient(daemon.client.socketPath, undefined, 1000);
    expect(await client.call("POST", "/v1/stop", { names: ["web"] })).toMatchObject({
      instances: [{ state: "stopped" }],
    });
  });
});

describe("the shell in a terminal", () => {
  it("ends what follows with Ctrl-C, empties the line with it, and shows no control characters of a task", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'printf \"\\\\033]0;title\\\\007\\\\033[31mred\\\\033[0m\\\\n\"; sleep 1000'] } }",
    );
    await daemon.waitFor(/web \| .*red/);
    const shell = new Terminal(daemon.spawnInTerminal("shell"));
    await shell.type("", /longshore> /);
    expect(await shell.type("logs -f web\r", /red/)).toContain("^[]0;title^G\u001b[31mred\u001b[0m");
    await shell.type("\u0003", /longshore> /);
    await shell.type("nonsense", /nonsense/);
    await shell.type("\u0003", /longshore> /);
    expect(await shell.type("status web\r", /web +(starting|running)/)).not.toContain("unknown command");
    shell.press("\u0004");
    expect(await shell.ended).toBe(0);
  });

  it("is what a terminal gets without a command, and nobody else", async () => {
    const daemon = new Daemon("tasks: { web: { command: sleep 1000, start_period: 10ms } }");
    await daemon.until("web", ({ state }) => state === "running");
    const shell = new Terminal(daemon.spawnInTerminal());
    await shell.type("", /longshore> /);
    expect(await shell.type("status\r", /web +running/)).not.toContain("unknown command");
    shell.press("quit\r");
    expect(await shell.ended).toBe(0);
    const { code, stderr } = await daemon.ctl();
    expect(code).toBe(1);
    expect(stderr).toContain("Usage: longshorectl");
    const wrong = new Terminal(daemon.spawnInTerminal("nonsense"));
    expect(await wrong.ended).toBe(1);
    expect(wrong.seen).toContain("unknown command 'nonsense'");
    // The prompt ends, and longshored goes on.
    expect((await daemon.instance("web")).state).toBe("running");
  });
});
