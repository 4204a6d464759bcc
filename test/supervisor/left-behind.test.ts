import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Daemon, isRunning, useDaemons } from "./daemon.ts";

useDaemons();

/** Leaves processes behind: one in its group, one in a session of its own; their pids are in files. */
const leaveBehind = `[sh, -c, "sleep 1000 & echo $! > $DIR/group; setsid sleep 1000 & echo $! > $DIR/session; $0", `;

function readPid(daemon: Daemon, name: string): number {
  const file = join(daemon.folder, name);
  return existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
}

async function untilGone(daemon: Daemon): Promise<void> {
  const pids = ["group", "session"].map((name) => readPid(daemon, name));
  expect(pids.every((pid) => pid > 0)).toBe(true);
  await expect.poll(() => pids.filter(isRunning), { timeout: 10_000 }).toEqual([]);
}

describe("ends what is left behind by", () => {
  it("a check", async () => {
    const check = `{ exec: ${leaveBehind} "true"], interval: 1h, start_interval: 10ms }`;
    const daemon = new Daemon(`tasks: { web: { command: sleep 1000, healthcheck: ${check} } }`);
    await daemon.waitFor(/web: healthy/);
    await untilGone(daemon);
  });

  it("a check that takes too long", async () => {
    const check = `{ exec: ${leaveBehind} "sleep 1000"], interval: 1h, start_interval: 10ms, timeout: 300ms }`;
    const daemon = new Daemon(`tasks: { web: { command: sleep 1000, healthcheck: ${check} } }`);
    await expect.poll(() => readPid(daemon, "session"), { timeout: 10_000 }).toBeGreaterThan(0);
    await untilGone(daemon);
  });

  it("a reload command, also one under way when longshored ends", async () => {
    const daemon = new Daemon(
      `tasks: { web: { command: sleep 1000, reload_command: ${leaveBehind} "sleep 1000"] } }`,
    );
    await daemon.until("web", ({ state }) => state === "running");
    const asked = daemon.ctl("reload", "web");
    await expect.poll(() => readPid(daemon, "session"), { timeout: 10_000 }).toBeGreaterThan(0);
    daemon.signal("SIGTERM");
    expect(await daemon.ended).toEqual({ code: 0, signal: null });
    await untilGone(daemon);
    await asked;
  });

  it("a stop command", async () => {
    const daemon = new Daemon(
      `tasks: { web: { command: sleep 1000, stop_command: ${leaveBehind} "kill $PID"] } }`,
    );
    await daemon.until("web", ({ state }) => state === "running");
    await daemon.ctl("stop", "web");
    await untilGone(daemon);
  });

  it("a longshored that was killed, and nothing of another one", async () => {
    const stubborn = `{ command: [sh, -c, "trap '' TERM; sleep 1000 & wait; sleep 1000"], stop_grace_period: 500ms }`;
    const tasks = `tasks: { web: { command: sleep 1000, instances: 2 }, stubborn: ${stubborn} }`;
    const [daemon, other] = [new Daemon(tasks), new Daemon(tasks)];
    await Promise.all(
      [daemon, other].map((one) => one.until("stubborn", ({ state }) => state === "running")),
    );
    const pids = (await daemon.status()).map(({ pid }) => pid ?? 0);
    daemon.signal("SIGKILL");
    await daemon.ended;
    expect(pids.filter(isRunning)).toEqual(pids);
    const next = new Daemon(tasks, { args: ["--socket", daemon.client.socketPath] });
    await next.waitFor(
      /ending what an earlier longshored left behind: web_1, web_2, stubborn|ending what an earlier/,
    );
    await next.waitFor(/stubborn: started/);
    expect(pids.filter(isRunning)).toEqual([]);
    expect((await other.status()).map(({ restarts, state }) => ({ restarts, state }))).toEqual(
      Array(3).fill({ restarts: 0, state: "running" }),
    );
    // Nothing of the next one's bears the mark of the one before.
    expect(next.output.indexOf("stubborn: started")).toBeGreaterThan(next.output.indexOf("ending what"));
  });
});

it("never ends the shell that longshored is started in, though it was a task's", async () => {
  const daemon = new Daemon(
    `tasks: { shell: { command: [sh, -c, "sh -c 'sleep 1000' & exec sleep 1000"] } }`,
  );
  const { pid } = await daemon.until("shell", ({ state }) => state === "running");
  const environ = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  const mark = environ.find((line) => line.startsWith("LONGSHORE_RUN="))?.slice(14) ?? "";
  await daemon.kill();
  const next = new Daemon("tasks: { web: { command: sleep 1000 } }", {
    args: ["--socket", daemon.client.socketPath],
    env: { LONGSHORE_RUN: mark },
    wrapper: ["sh", "-c", '"$@"; :', "sh"],
  });
  await next.waitFor(/web: started/);
  expect(next.output).not.toContain("ending what");
  process.kill(Number(execFileSync("pgrep", ["-P", String(next.pid)], { encoding: "utf8" })), "SIGTERM");
  await next.ended;
});
