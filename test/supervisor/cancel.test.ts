import { describe, expect, it } from "vitest";
import { isRunning, useDaemons } from "./daemon.ts";
import { historyOf, useJobState } from "./job-state.ts";

useDaemons();
const { start } = useJobState();

describe("longshorectl cancel", () => {
  it("ends the present run only, and the job runs again", async () => {
    const daemon = start(`
tasks:
  job: { command: [sh, -c, "echo at work; exec sleep 1000"], schedule: "@yearly", retries: { count: 3 } }
`);
    await daemon.until("job", ({ state }) => state === "waiting");
    await daemon.ctl("run", "job");
    await daemon.waitFor(/job \| at work/);
    const { pid } = await daemon.instance("job");
    const { code, stdout } = await daemon.ctl("cancel", "job");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^job: run 1 cancelled; it runs next at \d{4}-01-01T\S+\n$/);
    expect(isRunning(pid ?? 0)).toBe(false);
    expect(await historyOf(daemon, "job")).toMatchObject([
      { run: 1, outcome: "cancelled", exit_signal: "SIGTERM", reason: "cancelled by hand" },
    ]);
    expect(await daemon.instance("job")).toMatchObject({ state: "waiting", off: null });
    await daemon.ctl("run", "job");
    await daemon.until("job", ({ state }) => state === "running");
  });

  it("counts also where the command ends without an error", async () => {
    const daemon = start(`
tasks:
  job: { command: [sh, -c, "trap 'exit 0' TERM; echo up; while :; do sleep 0.01; done"], schedule: "@yearly" }
`);
    await daemon.until("job", ({ state }) => state === "waiting");
    await daemon.ctl("run", "job");
    await daemon.waitFor(/job \| up/);
    expect((await daemon.ctl("cancel", "job")).stdout).toContain("run 1 cancelled;");
    expect(await historyOf(daemon, "job")).toMatchObject([{ outcome: "cancelled", exit_code: 0 }]);
  });

  it("ends a run in the moment in which it begins", async () => {
    const daemon = start('tasks: { job: { command: sleep 1000, schedule: "@yearly" } }');
    await daemon.until("job", ({ state }) => state === "waiting");
    for (let run = 1; run <= 5; run += 1) {
      const [, answer] = await Promise.all([
        daemon.client.call("POST", "/v1/run", { name: "job" }),
        daemon.client.send("POST", "/v1/cancel", { name: "job" }),
      ]);
      // The cancel may also have come first.
      if (answer.status === 409) await daemon.client.call("POST", "/v1/cancel", { name: "job" });
    }
    const runs = await historyOf(daemon, "job");
    expect(runs.map(({ outcome }) => outcome)).toEqual(Array(5).fill("cancelled"));
    expect((await daemon.instance("job")).pid).toBeNull();
  });

  it("lets the next run in a queue begin, and gives up one that only waits", async () => {
    const daemon = start(`
tasks:
  queue: { command: sleep 1000, schedule: "@yearly", overlap: queue }
  flaky: { command: [sh, -c, "exit 1"], schedule: "@yearly", retries: { count: 1, initial: 1h } }
`);
    await daemon.until("queue", ({ state }) => state === "waiting");
    await daemon.ctl("run", "queue");
    await daemon.ctl("run", "queue");
    await daemon.ctl("cancel", "queue");
    await daemon.waitFor(/queue: run 2 \(manual\) begins/);
    expect(await historyOf(daemon, "queue")).toMatchObject([
      { run: 2, outcome: "running" },
      { run: 1, outcome: "cancelled" },
    ]);
    await daemon.ctl("run", "flaky", "--wait");
    expect((await daemon.ctl("cancel", "flaky")).stdout).toMatch(/^flaky: run 2 skipped; /);
  });

  it("says so where there is nothing to cancel", async () => {
    const daemon = start(`
tasks:
  job: { command: "true", schedule: "@yearly" }
  web: { command: sleep 1000, start_period: 10ms }
`);
    await daemon.until("web", ({ state }) => state === "running");
    await daemon.until("job", ({ state }) => state === "waiting");
    expect(await daemon.ctl("cancel", "job")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/cannot cancel job: it is not running\n.*longshorectl stop job/s),
    });
    expect(await daemon.ctl("cancel", "web")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /cannot cancel web: it is a service, not a job\n.*longshorectl stop web/s,
      ),
    });
    expect((await daemon.ctl("cancel", "jbo")).stderr).toMatch(/no job is named "jbo"\n.*"job"/s);
  });

  it("differs from stop, after which the job does not run", async () => {
    const daemon = start('tasks: { job: { command: "true", schedule: "@yearly" } }');
    await daemon.until("job", ({ state }) => state === "waiting");
    expect((await daemon.ctl("stop", "job")).stdout).toContain(
      "it will not run until: longshorectl start job",
    );
    expect(await daemon.instance("job")).toMatchObject({ state: "stopped", next_run: null });
  });
});
