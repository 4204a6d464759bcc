import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ControlClient } from "../../supervisor/ctl/client.ts";
import type { SupervisorStatus } from "../../supervisor/protocol/status.ts";
import { readProcess } from "../../supervisor/runtime/process/proc.ts";
import { Daemon, isRunning, spawnDaemonShell, useDaemons } from "./daemon.ts";
import { Terminal } from "./terminal.ts";

useDaemons();

let folder = "";
let terminal: Terminal | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-shell-"));
});
afterEach(async () => {
  terminal?.press("\u0003\u0004");
  await terminal?.ended;
  terminal = undefined;
  rmSync(folder, { recursive: true, force: true });
});

function open(tasks: string): Terminal {
  writeFileSync(join(folder, "tasks.yaml"), tasks);
  terminal = new Terminal(spawnDaemonShell(folder));
  return terminal;
}

function look(): Promise<SupervisorStatus> {
  return new ControlClient(join(folder, "control.sock")).call("GET", "/v1/tasks");
}

const web = "tasks: { web: { command: sleep 1000, start_period: 10ms } }";
describe("longshored --shell", () => {
  it.each([
    ["quit", "quit\r"],
    ["exit", "exit\r"],
    ["Ctrl-D", "\u0004"],
    ["its own shutdown", "shutdown\r"],
  ])("runs tasks beneath a prompt, and ends them at %s", async (_, keys) => {
    const shell = open(web);
    await shell.type("", /longshored \S+ runs .*longshore> /s);
    expect(await shell.type("status\r", /web +(starting|running)/)).toContain("web");
    const { pid, instances } = await look();
    await shell.type(keys, /shutting down.*everything has stopped/s);
    expect(await shell.ended).toBe(0);
    for (const one of [pid, instances[0]?.pid ?? 0]) expect(isRunning(one)).toBe(false);
  });

  it("shows its lines above what is being typed, and no control characters of a task", async () => {
    const shell = open(`
tasks:
  quiet: { command: sleep 1000, start_period: 10ms }
  loud: { command: [printf, '\\033[2Jboo\\n'], type: oneshot, autostart: false }
`);
    await shell.type("", /longshore> /);
    await shell.type("sta", /sta/);
    const client = new ControlClient(join(folder, "control.sock"));
    const shown = shell.type("", /boo\r\n.*longshore> sta/s);
    await client.call("POST", "/v1/run", { name: "loud", wait: true });
    // What was there is taken away, and nothing of it is left in the line of the task.
    expect(await shown).toContain("\u001b[1G\u001b[0Jlongshored | loud");
    expect(await shown).toContain("loud | ^[[2Jboo\r\n");
    expect(await shell.type("tus quiet\r", /quiet +running/)).not.toContain("unknown command");
  });

  it("takes Ctrl-C for what is typed, SIGTERM for the end, SIGHUP for a reload, and other signals for nothing", async () => {
    const shell = open(web);
    await shell.type("", /longshore> /);
    await shell.type("nonsense", /nonsense/);
    await shell.type("\u0003", /longshore> /);
    await shell.type("logs -f\r", /logs -f/);
    await shell.type("\u0003", /longshore> /);
    const { pid } = await look();
    expect(isRunning(pid)).toBe(true);
    writeFileSync(join(folder, "tasks.yaml"), web.replace("web:", "app:"));
    const prompt = readProcess(pid)?.parent ?? -1;
    expect(prompt).toBeGreaterThan(1);
    for (const stray of ["SIGALRM", "SIGIO", "SIGPWR", 40]) process.kill(prompt, stray);
    const reloaded = shell.type("", /reloaded/);
    process.kill(prompt, "SIGHUP");
    await reloaded;
    process.kill(prompt, "SIGTERM");
    expect(await shell.ended).toBe(0);
    expect(shell.seen).toContain("everything has stopped");
  });

  it("ends with its terminal", async () => {
    const shell = open(web);
    await shell.type("", /longshore> /);
    const { pid, instances } = await look();
    const prompt = readProcess(pid)?.parent ?? -1;
    shell.hangUp();
    const left = () => [prompt, pid, instances[0]?.pid ?? -1].filter(isRunning);
    await expect.poll(left, { timeout: 15_000 }).toEqual([]);
  });

  it("shows no prompt where longshored does not begin, and exits as it does", async () => {
    const shell = open("tasks: { web: { comand: sleep 1000 } }");
    expect(await shell.ended).toBe(1);
    expect(shell.seen).toContain("comand");
    expect(shell.seen).not.toContain("longshore>");
  });

  it("does not take another longshored at the socket for its own", async () => {
    writeFileSync(join(folder, "tasks.yaml"), web);
    const other = new Daemon(web, { args: ["--socket", join(folder, "control.sock")] });
    await other.waitFor(/ runs /);
    const shell = open(web);
    expect(await shell.ended).toBe(1);
    expect(shell.seen).toContain("another longshored does");
    expect(shell.seen).not.toContain("longshore>");
    expect((await look()).pid).toBe(other.pid);
  });

  it("wants a terminal", async () => {
    const daemon = new Daemon(web, { args: ["--shell"] });
    expect((await daemon.ended).code).toBe(1);
    expect(daemon.output).toMatch(/--shell needs a terminal\n.*longshorectl/);
  });
});
