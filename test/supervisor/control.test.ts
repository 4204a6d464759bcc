import { execFile } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { SupervisorStatus } from "../../supervisor/protocol/status.ts";
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
    rubbish.write(Buffer.alloc(100_000, 0xff));
    await new Promise((resolve) => rubbish.on("close", resolve));
    const bad = await daemon.client.send("POST", "/v1/start", { names: "web" });
    expect(bad).toMatchObject({ status: 400, body: { error: { code: "bad_request" } } });
    expect(await daemon.client.send("GET", "/v2")).toMatchObject({ status: 404 });
    expect(await daemon.client.send("POST", "/v1/start", { names: ["wob"] })).toMatchObject({
      status: 404,
      body: { error: { code: "unknown_task", hint: 'did you mean "web"?' } },
    });
    hanging.destroy();
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
    expect((await daemon.ctl("status", "--json", "app")).stdout).toContain('"name": "app"');
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
    process.kill((await daemon.instance("web")).pid ?? 0, "SIGSTOP");
    await daemon.client.call("POST", "/v1/stop", { names: ["web"], wait: false });
    expect((await daemon.ctl("health")).code).toBe(0);
    process.kill((await daemon.instance("web")).pid ?? 0, "SIGCONT");
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
