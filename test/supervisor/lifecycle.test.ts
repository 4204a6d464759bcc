import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();

describe("a stop", () => {
  it("takes several steps", async () => {
    const daemon = new Daemon(`
tasks:
  web:
    command: [sh, -c, 'trap "echo got term" TERM; trap "echo got int; exit 0" INT; echo up; while :; do sleep 0.05; done']
    stop_steps: [{ signal: TERM, wait: 200ms }, { signal: INT, wait: 10s }]
`);
    await daemon.waitFor(/web \| up/);
    expect((await daemon.ctl("stop", "web")).code).toBe(0);
    expect(daemon.output.indexOf("got term")).toBeGreaterThan(0);
    expect(daemon.output.indexOf("got int")).toBeGreaterThan(daemon.output.indexOf("got term"));
    expect(await daemon.instance("web")).toMatchObject({ state: "stopped", exit_code: 0 });
  });

  it("can be a command", async () => {
    const daemon = new Daemon(`
tasks: { web: { command: [sh, -c, 'trap "echo bye; exit 3" USR1; echo up; while :; do sleep 0.05; done'], stop_command: [sh, -c, 'kill -USR1 $PID'] } }
`);
    await daemon.waitFor(/web \| up/);
    await daemon.ctl("stop", "web");
    expect(await daemon.instance("web")).toMatchObject({ state: "stopped", exit_code: 3 });
  });

  it.each([
    ["no-such-program", "cannot run no-such-program: no such program", "SIGTERM"],
    ["sh -c 'echo no way; exit 4'", "sh exited with 4", "SIGTERM"],
    ["sleep 1000", "sleep took longer than 300ms", "SIGKILL"],
  ])("says that its command failed, and stops it all the same: %s", async (command, problem, signal) => {
    const daemon = new Daemon(
      `tasks: { web: { command: [sh, -c, 'echo up; exec sleep 1000'], stop_command: "${command}", stop_grace_period: 300ms } }`,
    );
    await daemon.waitFor(/web \| up/);
    await daemon.ctl("stop", "web");
    await daemon.waitFor(new RegExp(`web: its stop_command failed: ${problem}`));
    expect(await daemon.instance("web")).toMatchObject({ state: "stopped", exit_signal: signal });
    if (command.includes("echo")) expect(daemon.output).toContain("web | no way");
  });
});

it("signals have the names that people know them by", async () => {
  const daemon = new Daemon(`
tasks:
  abort: { command: [sh, -c, 'kill -6 $$$$'], restart: "no" }
  realtime: { command: sleep 1000, stop_signal: SIGRTMIN+3 }
`);
  expect(await daemon.until("abort", ({ state }) => state === "exited")).toMatchObject({
    exit_signal: "SIGABRT",
  });
  await daemon.ctl("stop", "realtime");
  expect(await daemon.instance("realtime")).toMatchObject({ state: "stopped", exit_signal: "SIGRTMIN+3" });
});

describe("readiness", () => {
  it.each([
    ["a line of the log", "readiness: { log: '^listening on \\d+$' }", "echo listening on 80"],
    ["a newline on a descriptor", "readiness: { fd: 4 }", "echo >&4"],
  ])("is %s", async (_, readiness, ready) => {
    const daemon = new Daemon(`
tasks:
  app: { command: [sh, -c, 'echo warming; while ! test -e $DIR/go; do sleep 0.02; done; ${ready}; sleep 1000'], ${readiness} }
  web: { command: [sh, -c, 'echo up; sleep 1000'], depends_on: { app: { condition: healthy } } }
`);
    await daemon.waitFor(/app \| warming/);
    expect((await daemon.instance("app")).state).toBe("starting");
    expect(await daemon.instance("web")).toMatchObject({
      state: "waiting",
      reason: "waits for app: not healthy yet (starting)",
    });
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(daemon.folder, "go"), "");
    await daemon.waitFor(/web \| up/);
    expect((await daemon.instance("app")).state).toBe("running");
  });

  it("that does not come in time is a failed start", async () => {
    const daemon = new Daemon(
      "tasks: { app: { command: sleep 1000, readiness: { log: never, timeout: 100ms }, start_retries: 0 } }",
    );
    expect(await daemon.until("app", ({ state }) => state === "fatal")).toMatchObject({
      reason: "1 failed start, the last: not ready within 100ms",
      pid: null,
    });
  });
});

describe("a critical task", () => {
  it("takes everything with it, and gives the supervisor its exit code", async () => {
    const daemon = new Daemon(`
tasks:
  web: { command: [sh, -c, 'sleep 0.2; exit 9'], restart: on-failure, start_period: 0s, critical: true, restart_limit: { max: 1, within: 1m } }
  app: { command: sleep 1000 }
`);
    expect(await daemon.ended).toEqual({ code: 9, signal: null });
    expect(daemon.output).toContain("web: fatal (more than 1 restarts within 1m, the last: exit code 9)");
    expect(daemon.output).toContain("app: stopped");
  });
});

describe("limits", () => {
  it("are those of the task, whatever the supervisor's own are", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'ulimit -n; nice; id -un; echo end; sleep 1000'], rlimits: { nofile: 123, core: 0 }, nice: 5, user: nobody } }",
      { wrapper: ["nice", "-n", "2"] },
    );
    await daemon.waitFor(/web \| end/);
    expect([...daemon.output.matchAll(/^web \| (.*)$/gm)].map((match) => match[1])).toEqual([
      "123",
      "5",
      "nobody",
      "end",
    ]);
  });

  it("restart what uses too much memory", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [node, -e, 'globalThis.a = Buffer.alloc(3e8, 1); setInterval(() => {}, 1e6)'], max_memory: 200MB, stop_grace_period: 1s } }",
    );
    await daemon.waitFor(/web: stopping \(uses \d+ MB of memory\)/);
    await daemon.until("web", ({ restarts }) => restarts === 1);
    expect(readFileSync(`/proc/${daemon.pid}/comm`, "utf8")).toBe("node\n");
  });
});
