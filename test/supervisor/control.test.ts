import { execFile } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { InstanceStatus, SupervisorStatus } from "../../supervisor/protocol/status.ts";
import { Daemon, useDaemons } from "./daemon.ts";

useDaemons();
const run = promisify(execFile);

describe("the control socket", () => {
  it("answers curl, and is closed to other users", async () => {
    const daemon = new Daemon("tasks: { web: { command: sleep 1000 } }");
    await daemon.until("web", ({ pid }) => pid !== null);
    const { stdout } = await run("curl", [
      "-sS",
      "--unix-socket",
      daemon.client.socketPath,
      "http://x/v1/tasks",
    ]);
    expect(SupervisorStatus.parse(JSON.parse(stdout)).instances).toHaveLength(1);
    expect(statSync(daemon.client.socketPath).mode & 0o777).toBe(0o600);
  });

  it("survives rubbish, unknown routes and clients that hang", async () => {
    const daemon = new Daemon("tasks: { web: { command: sleep 1000 } }");
    await daemon.until("web", ({ pid }) => pid !== null);
    const hanging = connect(daemon.client.socketPath);
    hanging.write("POST /v1/start HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{");
    const rubbish = connect(daemon.client.socketPath);
    for (const socket of [hanging, rubbish]) socket.on("error", () => {});
    let answer = "";
    rubbish.on("data", (chunk) => {
      answer += chunk;
    });
    rubbish.write("rubbish\r\n\r\n");
    await new Promise((resolve) => rubbish.on("close", resolve));
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    const bad = await daemon.client.send("POST", "/v1/start", { names: "web" });
    expect(bad).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });
    expect(await daemon.client.send("GET", "/v2")).toMatchObject({ status: 404 });
    expect(await daemon.client.send("POST", "/v1/start", { names: ["wob"] })).toMatchObject({
      status: 404,
      body: { error: { code: "unknown_task", hint: 'did you mean "web"?' } },
    });
    hanging.destroy();
  });

  it("answers HEAD as GET without a body, and names what it cannot read", async () => {
    const daemon = new Daemon("tasks: { web: { command: sleep 1000, start_period: 10ms } }");
    await daemon.until("web", ({ state }) => state === "running");
    const ask = async (...args: string[]): Promise<string> => {
      const socket = ["--unix-socket", daemon.client.socketPath];
      return (await run("curl", ["-sS", "-m", "10", ...socket, "-w", "%{http_code}", ...args, "http://x"]))
        .stdout;
    };
    expect(await ask("-I", "--request-target", "/health")).toMatch(/^HTTP\/1.1 200 OK\r\n.*\r\n\r\n200$/s);
    expect(await ask("-I", "--request-target", "/v1/logs?follow=true")).toMatch(/200$/);
    expect(await ask("--request-target", "//")).toMatch(/cannot read the address \/\/.*400$/s);
    expect(await ask("--request-target", "/v1/logs?follow=yes")).toMatch(/follow=yes is neither.*400$/s);
  });

  it("is taken over from a dead supervisor, not from a living one", async () => {
    const first = new Daemon("tasks: { web: { command: sleep 1000 } }");
    await first.until("web", ({ pid }) => pid !== null);
    const second = new Daemon("tasks: {}", { args: ["--socket", first.client.socketPath] });
    expect((await second.ended).code).toBe(1);
    expect(second.output).toContain("another longshored does");
    const { pid } = await first.instance("web");
    process.kill(first.pid, "SIGKILL");
    await first.ended;
    if (pid !== null) process.kill(pid, "SIGKILL");
    const third = new Daemon("tasks: {}", { args: ["--socket", first.client.socketPath] });
    await third.waitFor(/ runs /);
    expect(await first.status()).toEqual([]);
  });
});

describe("longshorectl", () => {
  it("shows, stops, starts and restarts", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: sleep 1000, instances: 2, start_period: 50ms }, app: { command: sleep 1000, start_period: 50ms } }",
    );
    await daemon.until("web_2", ({ state }) => state === "running");
    const table = await daemon.ctl("status");
    expect(table.stdout.split("\n").map((line) => line.split(/\s+/).slice(0, 2))).toEqual([
      ["NAME", "STATE"],
      ["web_1", "running"],
      ["web_2", "running"],
      ["app", "running"],
      [""],
    ]);
    expect(await daemon.ctl("stop", "web_*")).toMatchObject({
      code: 0,
      stdout: "web_1: stopped\nweb_2: stopped\n",
    });
    expect((await daemon.ctl("start", "web_2")).stdout).toMatch(/^web_2: running \(pid \d+\)\n$/);
    expect((await daemon.instance("web_1")).state).toBe("stopped");
    const before = await daemon.instance("app");
    expect((await daemon.ctl("restart", "app")).code).toBe(0);
    expect((await daemon.instance("app")).pid).not.toBe(before.pid);
  });

  it("prints the status as a JSON array of instances, jobs among them", async () => {
    const daemon = new Daemon(
      'tasks: { web: { command: sleep 1000, instances: 2, start_period: 10ms }, job: { command: "true", schedule: "@yearly" } }',
    );
    await daemon.until("web_2", ({ state }) => state === "running");
    await daemon.until("job", ({ next_run }) => next_run !== null);
    const { stdout } = await daemon.ctl("status", "--json");
    const instances = z.array(InstanceStatus.strict()).parse(JSON.parse(stdout));
    expect(instances).toMatchObject([
      {
        name: "web_1",
        task: "web",
        instance: 1,
        kind: "service",
        state: "running",
        restarts: 0,
        next_run: null,
      },
      {
        name: "web_2",
        task: "web",
        instance: 2,
        kind: "service",
        state: "running",
        restarts: 0,
        next_run: null,
      },
      { name: "job", task: "job", kind: "job", state: "waiting", pid: null, uptime_seconds: null },
    ]);
    expect(instances[2]?.next_run).toMatch(/^\d{4}-01-01T/);
    expect(JSON.parse((await daemon.ctl("status", "--json", "web_2")).stdout)).toMatchObject([
      { name: "web_2" },
    ]);
  });

  it("shows the status again after every change", async () => {
    const daemon = new Daemon("tasks: { web: { command: sleep 1000, start_period: 10ms } }");
    await daemon.until("web", ({ state }) => state === "running");
    const watching = daemon.spawnCtl("status", "--watch", "--json", "web");
    const lines: AsyncIterator<string> = createInterface(watching.stdout)[Symbol.asyncIterator]();
    const next = async () => JSON.parse((await lines.next()).value) as InstanceStatus[];
    const [before] = await next();
    expect(before).toMatchObject({ name: "web", state: "running" });
    await daemon.client.call("POST", "/v1/restart", { names: ["web"], wait: false });
    for (let now = before; now?.pid === before?.pid; [now] = await next()) expect(now?.name).toBe("web");
    watching.kill();
  });

  it("shows while it watches that a task is being stopped, without a terminal as plain tables", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'trap \"\" TERM; echo up; while :; do sleep 0.01; done'], start_period: 10ms, stop_grace_period: 10s } }",
    );
    await daemon.waitFor(/web \| up/);
    await daemon.until("web", ({ state }) => state === "running");
    const watching = daemon.spawnCtl("status", "--watch");
    const lines: AsyncIterator<string> = createInterface(watching.stdout)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatch(/^NAME /);
    await daemon.client.call("POST", "/v1/stop", { names: ["web"], wait: false });
    for (let line = ""; !/^web +stopping /.test(line); line = (await lines.next()).value)
      expect(line).not.toContain("\u001b");
    watching.kill();
  });

  it("runs jobs and exits with their exit code", async () => {
    const daemon = new Daemon(
      'tasks: { job: { command: [sh, -c, "echo done; exit 7"], schedule: "@yearly" } }',
    );
    await daemon.until("job", ({ state }) => state === "waiting");
    expect((await daemon.ctl("run", "--wait", "job")).code).toBe(7);
    expect((await daemon.ctl("logs", "job")).stdout).toBe("done\n");
    expect(await daemon.instance("job")).toMatchObject({ state: "waiting", exit_code: 7 });
  });

  it("reports health by its exit code", async () => {
    const daemon = new Daemon("tasks: { web: { command: sleep 1000, start_period: 10ms } }");
    await daemon.until("web", ({ state }) => state === "running");
    expect(await daemon.ctl("health")).toMatchObject({ code: 0, stdout: "ok\n" });
    await daemon.ctl("stop", "web");
    expect(await daemon.ctl("health")).toMatchObject({
      code: 1,
      stdout: "degraded\nweb was stopped by hand\n",
    });
    expect(await daemon.client.send("GET", "/ready")).toMatchObject({
      status: 503,
      body: { status: "degraded", problems: ["web was stopped by hand"] },
    });
  });

  it("is degraded in a crash loop, at any moment of it", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sleep, '0.15'], start_period: 50ms, backoff: { initial: 300ms, factor: 1 } } }",
    );
    await daemon.until("web", ({ failures }) => failures >= 2);
    const seen = new Set<string>();
    await expect
      .poll(
        async () => {
          seen.add((await daemon.instance("web")).state);
          const { status, body } = await daemon.client.send("GET", "/ready");
          expect({ status, body }).toMatchObject({
            status: 503,
            body: {
              status: "degraded",
              problems: [expect.stringMatching(/^web is in a crash loop: .*exit code 0/)],
            },
          });
          return [...seen].sort();
        },
        { timeout: 10_000, interval: 20 },
      )
      .toEqual(["backoff", "running", "starting"]);
  });

  it.each([
    [
      "a oneshot that has done its work",
      "type: oneshot, command: [sh, -c, 'exit 3'], success_exit_codes: [3]",
      "",
    ],
    [
      "a oneshot that has failed",
      "type: oneshot, command: [sh, -c, 'exit 4']",
      "web has failed: exit code 4",
    ],
    ["a service that has ended well", "command: 'true', restart: on-failure", ""],
    ["a service that has failed for good", "command: 'false', restart: 'no'", "web has failed: exit code 1"],
    [
      "a service that is given up",
      "command: 'false', start_retries: 0",
      "web is fatal: 1 failed start, the last: exit code 1",
    ],
    ["a job whose run has failed", "command: 'false', schedule: '@reboot'", ""],
    ["a service that is not wanted", "command: 'false', autostart: false", ""],
  ])("takes for well or not: %s", async (_, task, problem) => {
    const daemon = new Daemon(`tasks: { web: { ${task} } }`);
    const hasEnded = ({ state, exit_code }: InstanceStatus) =>
      exit_code !== null || (task.includes("autostart") && state === "stopped");
    await daemon.until("web", (now) => hasEnded(now) && now.pid === null);
    expect(await daemon.ctl("health")).toMatchObject(
      problem === "" ? { code: 0, stdout: "ok\n" } : { code: 1, stdout: `degraded\n${problem}\n` },
    );
    const report =
      problem === "" ? { status: "ok", problems: [] } : { status: "degraded", problems: [problem] };
    expect(JSON.parse((await daemon.ctl("health", "--json")).stdout)).toEqual(report);
  });

  it("tells the success of a task that has done its work from a failure, whatever its exit code", async () => {
    const daemon = new Daemon(`
tasks:
  well: { type: oneshot, command: [sh, -c, "exit 3"], success_exit_codes: [3], autostart: false }
  badly: { type: oneshot, command: [sh, -c, "exit 4"], success_exit_codes: [3], autostart: false }
`);
    await daemon.waitFor(/ runs /);
    expect(await daemon.ctl("start", "well")).toMatchObject({ code: 0 });
    await daemon.ctl("start", "badly");
    for (const name of ["well", "badly"]) await daemon.until(name, ({ state }) => state === "exited");
    expect(await daemon.status()).toMatchObject([
      { name: "well", success: true },
      { name: "badly", success: false },
    ]);
  });

  it("takes a group for its tasks, unless a task has that name", async () => {
    const daemon = new Daemon(`
tasks:
  web: { command: sleep 1000, group: site }
  app: { command: sleep 1000, group: site, instances: 2 }
  other: { command: sleep 1000, group: web }
`);
    await daemon.until("other", ({ state }) => state === "running");
    const stopped = async () =>
      (await daemon.status()).filter(({ state }) => state === "stopped").map(({ name }) => name);
    expect(await daemon.ctl("stop", "site")).toMatchObject({ code: 0 });
    expect(await stopped()).toEqual(["web", "app_1", "app_2"]);
    expect(await daemon.ctl("start", "site")).toMatchObject({ code: 0 });
    expect(await daemon.ctl("stop", "web")).toMatchObject({ code: 0 });
    expect(await stopped()).toEqual(["web"]);
    expect(await daemon.ctl("stop", "sit")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did you mean "site"?'),
    });
  });

  it("says which socket it could not reach", async () => {
    const daemon = new Daemon("tasks: {}");
    const answer = await daemon.ctl("--socket", "/no/such", "status");
    expect(answer).toMatchObject({ code: 69 });
    expect(answer.stderr).toContain("cannot reach longshored at /no/such (ENOENT)");
  });

  it("follows logs", async () => {
    const daemon = new Daemon(
      "tasks: { web: { command: [sh, -c, 'echo one; cat $DIR/more 2>&1; while ! cat $DIR/more 2>/dev/null; do sleep 0.05; done; sleep 1000'] } }",
    );
    await daemon.waitFor(/web \| one/);
    const lines: string[] = [];
    for await (const record of daemon.client.lines("/v1/logs?name=web&follow=true&lines=1")) {
      lines.push((record as { line: string }).line);
      if (lines.length === 1) writeFileSync(join(daemon.folder, "more"), "two\n");
      if (lines.includes("two")) break;
    }
    expect(lines.at(-1)).toBe("two");
  });
});

describe("metrics", () => {
  it("are what Prometheus reads", async () => {
    const daemon = new Daemon(
      'tasks: { web: { command: sleep 1000, start_period: 10ms }, job: { command: x, schedule: "@daily" } }',
    );
    await daemon.until("web", ({ state }) => state === "running");
    const { stdout } = await run("curl", [
      "-sS",
      "--unix-socket",
      daemon.client.socketPath,
      "http://x/metrics",
    ]);
    expect(stdout).toMatch(/^longshore_instance_up\{name="web",task="web"\} 1$/m);
    expect(stdout).toMatch(/^# TYPE longshore_instance_restarts_total counter$/m);
    // A counter is called so, and nothing else is; `job` and `instance` are labels of what Prometheus scrapes.
    for (const [, name, type] of stdout.matchAll(/^# TYPE (\S+) (\S+)$/gm))
      expect(name?.endsWith("_total"), name).toBe(type === "counter");
    expect(stdout).not.toMatch(/[{,](job|instance)=/);
    expect(stdout).toMatch(/^longshore_instance_state\{name="job",task="job",state="waiting"\} 1$/m);
    expect(stdout).toMatch(/^longshore_job_next_run_time_seconds\{name="job",task="job"\} \d+$/m);
  });
});
