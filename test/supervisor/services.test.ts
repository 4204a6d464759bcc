import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { signalNames, signalNumber } from "../../supervisor/config/task/signal-name.ts";
import { Daemon, isRunning, useDaemons } from "./daemon.ts";

useDaemons();

describe("a service", () => {
  it("is started again when it is killed", async () => {
    const daemon = new Daemon("tasks: { web: { command: sleep 1000, start_period: 100ms } }");
    const before = await daemon.until("web", ({ state }) => state === "running");
    process.kill(before.pid ?? 0, "SIGKILL");
    const after = await daemon.until("web", ({ state, pid }) => state === "running" && pid !== before.pid);
    expect(after).toMatchObject({ restarts: 1, exit_signal: "SIGKILL", exit_code: null });
  });

  it("is given up after start_retries, with growing waits between", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, exit 3], start_retries: 3, backoff: { initial: 50ms, jitter: 0% } } }",
    );
    const web = await daemon.until("web", ({ state }) => state === "fatal");
    expect(web).toMatchObject({
      restarts: 3,
      exit_code: 3,
      reason: "4 failed starts, the last: exit code 3",
    });
    expect([...daemon.output.matchAll(/next try within (\w+)/g)].map((match) => match[1])).toEqual([
      "50ms",
      "100ms",
      "200ms",
    ]);
  });

  it("stays down after a successful end with restart: on-failure", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, exit 2], restart: on-failure, success_exit_codes: [0, 2] } }",
    );
    expect(await daemon.until("web", ({ state }) => state === "exited")).toMatchObject({
      restarts: 0,
      exit_code: 2,
    });
  });

  it("that cannot be run says so and is retried", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: /no/such, start_retries: 1, backoff: { initial: 10ms } } }",
    );
    const web = await daemon.until("web", ({ state }) => state === "fatal");
    expect(web.reason).toContain("cannot run /no/such: no such program");
  });

  it("that cannot be run says what is wrong with its program", async () => {
    const folder = mkdtempSync(join(tmpdir(), "longshored-programs-"));
    writeFileSync(join(folder, "script"), "#!/no/such/python\n", { mode: 0o755 });
    writeFileSync(join(folder, "binary"), "\x7fELF\x02\0\0\0", { mode: 0o755 });
    writeFileSync(join(folder, "windows"), "#!/bin/sh\r\necho hi\r\n", { mode: 0o755 });
    writeFileSync(join(folder, "env"), "#!/usr/bin/env node\r\n1\r\n", { mode: 0o755 });
    const names = ["script", "binary", "windows", "env", "user", "shell"];
    const daemon = new Daemon(`
defaults: { restart: "no" }
tasks:
  windows: { command: ./windows, working_dir: ${folder} }
  env: { command: ${folder}/env }
  user: { command: ${folder}/windows, user: nobody }
  shell: { command: sh windows, working_dir: ${folder} }
  script: { command: ${folder}/script }
  binary: { command: ./binary, working_dir: ${folder} }
`);
    const reasons = new Map<string, string | null>();
    for (const name of names) {
      reasons.set(name, (await daemon.until(name, ({ state }) => state === "exited")).reason);
    }
    rmSync(folder, { recursive: true });
    const windows =
      "it has Windows line ends (a carriage return in its first line); fix it with: sed -i 's/\\r$//'";
    expect(Object.fromEntries(reasons)).toEqual({
      windows: `cannot run ./windows: ${windows} ${folder}/windows`,
      env: `cannot run ${folder}/env: ${windows} ${folder}/env`,
      user: `cannot run ${folder}/windows: ${windows} ${folder}/windows`,
      shell: `cannot run windows: ${windows} ${folder}/windows`,
      script: `cannot run ${folder}/script: no such interpreter: /no/such/python`,
      binary: "cannot run ./binary: it is no program for this machine (ENOEXEC)",
    });
  });

  it("takes its whole group with it when it is stopped, however stubborn", async () => {
    const daemon = new Daemon(`
tasks:
  web:
    command: [sh, -c, 'trap "" TERM; (trap "" TERM; echo $$$$ > $DIR/a; sleep 1000) & (setsid sh -c "trap \\"\\" TERM; echo \\$\\$$$ > $DIR/b; sleep 1000") & echo up; sleep 1000']
    stop_grace_period: 200ms
`);
    await daemon.waitFor(/web \| up/);
    const { pid } = await daemon.instance("web");
    await daemon.client.call("POST", "/v1/stop", { names: ["web"] });
    expect((await daemon.instance("web")).state).toBe("stopped");
    expect(isRunning(pid ?? 0)).toBe(false);
    for (const file of ["a", "b"]) {
      const grandchild = Number(readFileSync(join(daemon.folder, file), "utf8"));
      expect(isRunning(grandchild)).toBe(false);
    }
  });

  it("is not started again before what it left behind has ended", async () => {
    const daemon = new Daemon(`
tasks:
  web: { command: [sh, -c, 'sleep 1000 & echo left $!; sleep 0.1; exit 1'], restart: on-failure, start_retries: 0, start_period: 0s, backoff: { initial: 1h } }
`);
    const [, left] = await daemon.waitFor(/left (\d+)/);
    await daemon.waitFor(/left \d+[\s\S]*left \d+/);
    expect(isRunning(Number(left))).toBe(false);
  });

  it("gets its user, mask, folder and environment", async () => {
    const daemon = new Daemon(
      `
defaults: { environment: { A: one, B: two } }
tasks:
  web:
    command: [sh, -c, 'id -un; umask; pwd; echo $A $B $INSTANCE_NAME; echo to-device > /dev/stdout; sleep 1000']
    user: nobody
    umask: 27
    working_dir: /usr
    environment: { B: "\${B_OUTSIDE:-other}", INSTANCE_NAME: "\${TASK}-\${INSTANCE}" }
`,
    );
    await daemon.waitFor(/web \| to-device/);
    const lines = [...daemon.output.matchAll(/^web \| (.*)$/gm)].map((match) => match[1]);
    expect(lines).toEqual(["nobody", "0027", "/usr", "one other web-1", "to-device"]);
  });
});

it("a task gets no descriptor that longshored itself was started with", async () => {
  const daemon = new Daemon(
    `tasks: { list: { command: [sh, -c, 'ls /proc/$$$$/fd; echo done'], stderr: "null", readiness: { fd: 5 }, restart: "no" } }`,
    { wrapper: ["bash", "-c", 'exec "$@" 100</dev/null', "bash"] },
  );
  await daemon.waitFor(/list \| done/);
  expect([...daemon.output.matchAll(/list \| (\d+)/g)].map(([, fd]) => fd)).toEqual(["0", "1", "2", "5"]);
});

it("a task that is to have a group which longshored may not give says so, with and without output", async () => {
  const daemon = new Daemon(
    `
defaults: { user: "54321:0", restart: "no" }
tasks: { loud: { command: id }, silent: { command: id, stdout: "null", stderr: "null" } }`,
    { wrapper: ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups"] },
  );
  await daemon.waitFor(/loud: exited \(cannot run id: another user or group takes root \(EPERM\)\)/);
  expect(await daemon.until("silent", ({ state }) => state === "exited")).toMatchObject({ success: false });
});

it("a program that waits for input runs on, unless it wants none; one that makes it non-blocking disturbs no other", async () => {
  const daemon = new Daemon(`
tasks:
  cat: { command: cat, user: nobody }
  node: { command: [node, -e, "process.stdin.on('end', () => process.exit(3)).resume()"], depends_on: [cat] }
  again: { command: [sh, -c, "cat /dev/stdin"], user: nobody, depends_on: [node] }
  none: { command: cat, stdin: null, restart: no }
  job: { command: cat, every: 1h }
`);
  await daemon.waitFor(/job: run 1 succeeded/);
  expect(await daemon.until("none", ({ state }) => state === "exited")).toMatchObject({ exit_code: 0 });
  for (const name of ["cat", "node", "again"])
    expect(await daemon.until(name, ({ state }) => state === "running")).toMatchObject({ restarts: 0 });
});

it("longshored goes on after every signal that means nothing to it, and its tasks ignore none", async () => {
  const daemon = new Daemon("tasks: { sleeper: { command: sleep 1000 } }");
  const { pid } = await daemon.until("sleeper", ({ state }) => state === "running");
  const meant = ["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGKILL", "SIGCHLD"];
  const suspending = ["SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"];
  const strays = signalNames.filter((name) => ![...meant, ...suspending].includes(name));
  expect(strays.length).toBeGreaterThan(45);
  for (const name of strays) process.kill(daemon.pid, signalNumber(name));
  for (const name of ["SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPWR", "SIGIO"])
    await daemon.waitFor(new RegExp(`${name} means nothing here`));
  expect(await daemon.instance("sleeper")).toMatchObject({ state: "running", pid });
  expect(daemon.output).not.toContain("Debugger listening");
  expect(readFileSync(`/proc/${pid}/status`, "utf8")).toMatch(/^SigBlk:\t0+\nSigIgn:\t0+$/m);
});

describe("a healthcheck", () => {
  it("holds dependants back until it succeeds, and restarts a task that fails it", async () => {
    const daemon = new Daemon(`
tasks:
  web: { command: sleep 1000, depends_on: { app: { condition: healthy } } }
  app:
    command: [sh, -c, 'rm -f $DIR/ok; sleep 0.2; touch $DIR/ok; sleep 1000']
    stop_grace_period: 1s
    healthcheck: { exec: [sh, -c, 'test -f $DIR/ok'], interval: 50ms, retries: 2, start_period: 5s }
`);
    await daemon.waitFor(/web: started/);
    expect(daemon.output.indexOf("app: healthy")).toBeGreaterThan(0);
    expect(daemon.output.indexOf("app: healthy")).toBeLessThan(daemon.output.indexOf("web: started"));
    await daemon.client.call("POST", "/v1/signal", { names: ["app"], signal: "SIGWINCH" });
    const { rmSync } = await import("node:fs");
    rmSync(join(daemon.folder, "ok"));
    await daemon.waitFor(/app: unhealthy/);
    const app = await daemon.until("app", ({ restarts, health }) => restarts === 1 && health === "healthy");
    expect(app.state).toBe("running");
    expect((await daemon.instance("web")).restarts).toBe(0);
  });
});
