import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { JobsResponse } from "../../supervisor/protocol/job.ts";
import { isRunning, useDaemons } from "./daemon.ts";
import { historyOf, useJobState } from "./job-state.ts";

useDaemons();
const { start } = useJobState();
const run = promisify(execFile);

describe("a run", () => {
  it("is kept with its exit code, its reason and its log", async () => {
    const daemon = start(
      'tasks: { job: { command: [sh, -c, "echo out; echo err >&2; exit 3"], schedule: "@yearly" } }',
    );
    await daemon.until("job", ({ state: now }) => now === "waiting");
    const first = await daemon.ctl("run", "--wait", "job");
    expect(first).toMatchObject({ code: 3, stdout: "job: run 1 failed (exit code 3)\n" });
    await daemon.ctl("run", "--wait", "job");
    expect(await historyOf(daemon, "job")).toMatchObject([
      { run: 2, trigger: "manual", outcome: "failed", exit_code: 3 },
      { run: 1, trigger: "manual", outcome: "failed", exit_code: 3, reason: "exit code 3", due: null },
    ]);
    expect((await daemon.ctl("logs", "job", "--run", "1")).stdout.split("\n").sort()).toEqual([
      "",
      "err",
      "out",
    ]);
    expect(await daemon.ctl("logs", "job", "--run", "9")).toMatchObject({ code: 1 });
    expect((await daemon.ctl("history", "job")).stdout).toMatch(
      /^RUN +TRIGGER.*\n2 +manual .*failed +3 +exit code 3\n1 /,
    );
    expect((await daemon.ctl("jobs")).stdout).toMatch(
      /\njob +idle +@yearly +\d{4}-01-01 00:00:00 .* failed +exit code 3/,
    );
  });

  it("knows what it is for", async () => {
    const daemon = start(
      'tasks: { job: { command: [sh, -c, "env | grep ^LONGSHORE_JOB | sort"], schedule: "* * * * * *" } }',
    );
    await daemon.waitFor(/run 1 succeeded/);
    const { stdout } = await daemon.ctl("logs", "job", "--run", "1");
    expect(stdout).toMatch(
      /^LONGSHORE_JOB=job\nLONGSHORE_JOB_ATTEMPT=1\nLONGSHORE_JOB_DUE=\d{4}-.*:\d\d\.000Z\nLONGSHORE_JOB_RUN=1\nLONGSHORE_JOB_TRIGGER=schedule\n$/,
    );
  });

  it("begins in the second in which it is due", async () => {
    const daemon = start('tasks: { job: { command: [date, "+%s.%N"], schedule: "* * * * * *" } }');
    await daemon.waitFor(/run 3 succeeded/);
    const late = [...daemon.output.matchAll(/^job \| (\d+)\.(\d{3})/gm)].map(([, , rest]) => Number(rest));
    expect(late.length).toBeGreaterThanOrEqual(3);
    expect(Math.min(...late)).toBeLessThan(200);
  });

  it("is ended with its whole group when it takes too long", async () => {
    const script =
      "trap '' TERM; sh -c 'trap \"\" TERM; echo child $$$$; while :; do sleep 0.1; done' & wait; while :; do sleep 0.1; done";
    const daemon = start(`
tasks:
  slow: { command: [sh, -c, ${JSON.stringify(script)}], schedule: "@yearly", timeout: 500ms, stop_grace_period: 300ms }
`);
    await daemon.until("slow", ({ state: now }) => now === "waiting");
    const answer = await daemon.ctl("run", "slow", "--wait");
    expect(answer).toMatchObject({ code: 124, stdout: "slow: run 1 timed out (took longer than 500ms)\n" });
    const child = Number((await daemon.waitFor(/child (\d+)/))[1]);
    expect(isRunning(child)).toBe(false);
    expect((await daemon.instance("slow")).state).toBe("waiting");
  });

  it("that cannot be started is a failed one", async () => {
    const daemon = start('tasks: { job: { command: /no/such/program, schedule: "@yearly" } }');
    await daemon.until("job", ({ state: now }) => now === "waiting");
    expect((await daemon.ctl("run", "job", "--wait")).code).toBe(127);
  });

  it("goes on beside another where overlap is allowed", async () => {
    const daemon = start(
      'tasks: { job: { command: [sh, -c, "echo began; sleep 1"], schedule: "@yearly", overlap: allow } }',
    );
    await daemon.until("job", ({ state: now }) => now === "waiting");
    const runs = await Promise.all([daemon.ctl("run", "job", "--wait"), daemon.ctl("run", "job", "--wait")]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    const [second, first] = await historyOf(daemon, "job");
    expect(Date.parse(second?.started_at ?? "")).toBeLessThan(Date.parse(first?.ended_at ?? ""));
    expect((await daemon.status()).map(({ name }) => name)).toEqual(["job"]);
    for (const run of ["1", "2"])
      expect((await daemon.ctl("logs", "job", "--run", run)).stdout).toBe("began\n");
  });

  it("is refused while one is under way, and queued where that is asked for", async () => {
    const daemon = start(`
tasks:
  one: { command: sleep 1000, schedule: "@yearly" }
  two: { command: sleep 0.5, schedule: "@yearly", overlap: queue }
`);
    await daemon.until("two", ({ state: now }) => now === "waiting");
    await daemon.ctl("run", "one");
    const refused = await daemon.ctl("run", "one");
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toContain("cannot run one: run 1 is still running");
    await daemon.ctl("run", "two");
    expect((await daemon.ctl("run", "two", "--wait")).stdout).toBe("two: run 2 succeeded\n");
  });

  it("is tried again as often as `retries` says", async () => {
    const daemon = start(`
tasks:
  flaky:
    command: [sh, -c, "echo try $LONGSHORE_JOB_ATTEMPT; test $LONGSHORE_JOB_ATTEMPT = 3"]
    schedule: "@yearly"
    retries: { count: 5, initial: 100ms }
`);
    await daemon.until("flaky", ({ state: now }) => now === "waiting");
    await daemon.ctl("run", "flaky");
    await daemon.waitFor(/run 3 succeeded/);
    const events = (await daemon.ctl("events", "--json")).stdout.trim().split("\n");
    const runs = events.map((line) => JSON.parse(line)).filter(({ run }) => run !== null);
    expect(runs.map(({ event, name, run }) => `${event} ${name} ${run}`)).toEqual([
      "run_started flaky 1",
      "run_started flaky 2",
      "run_started flaky 3",
      "run_succeeded flaky 3",
    ]);
    expect((await historyOf(daemon, "flaky")).map(({ trigger, outcome }) => `${trigger} ${outcome}`)).toEqual(
      ["retry succeeded", "retry failed", "manual failed"],
    );
  });

  it("waits for its group", async () => {
    const daemon = start(`
groups: { heavy: { max: 1 } }
defaults: { group: heavy }
tasks:
  a: { command: sleep 0.5, schedule: "@yearly" }
  b: { command: sleep 0.5, schedule: "@yearly" }
`);
    await daemon.until("b", ({ state: now }) => now === "waiting");
    await Promise.all([daemon.ctl("run", "a", "--wait"), daemon.ctl("run", "b", "--wait")]);
    const runs = [...(await historyOf(daemon, "a")), ...(await historyOf(daemon, "b"))].sort((x, y) =>
      (x.started_at ?? "").localeCompare(y.started_at ?? ""),
    );
    expect((runs[0]?.ended_at ?? "") <= (runs[1]?.started_at ?? "")).toBe(true);
  });
});

describe("a reload", () => {
  it("keeps the run of a job that is changed or removed", async () => {
    const command = '[sh, -c, "sleep 1; echo finished $LONGSHORE_JOB_RUN"]';
    const daemon = start(
      `tasks: { a: { command: ${command}, schedule: "@yearly" }, b: { command: ${command}, schedule: "@yearly" } }`,
    );
    await daemon.until("b", ({ state: now }) => now === "waiting");
    await daemon.ctl("run", "a");
    await daemon.ctl("run", "b");
    await daemon.waitFor(/b: started/);
    daemon.rewrite('tasks: { a: { command: [echo, other], schedule: "@daily" } }');
    await daemon.client.call("POST", "/v1/reload");
    await Promise.all([daemon.waitFor(/a \| finished 1/), daemon.waitFor(/b \| finished 1/)]);
    await daemon.waitFor(/a: run 1 succeeded/);
    expect((await daemon.ctl("run", "a", "--wait")).code).toBe(0);
    expect(daemon.output).toContain("a | other");
    const { jobs } = await daemon.client.call<JobsResponse>("GET", "/v1/jobs");
    expect(jobs).toMatchObject([{ job: "a", schedule: ["@daily"] }]);
  });
});

describe("health", () => {
  it("is degraded while a job is overdue", async () => {
    const daemon = start(
      `
tasks:
  job: { command: [test, -e, "$DIR/ok"], every: 1h, overdue_after: 1s }
`.replace("$DIR", "${DIR}"),
    );
    await daemon.waitFor(/run 1 failed/);
    await expect
      .poll(() => daemon.client.send("GET", "/health"), { timeout: 10_000 })
      .toMatchObject({
        status: 503,
        body: { status: "degraded", problems: [expect.stringMatching(/^job is overdue: due since/)] },
      });
    const metrics = (
      await run("curl", ["-sS", "--unix-socket", daemon.client.socketPath, "http://x/metrics"])
    ).stdout;
    expect(metrics).toContain('longshore_job_overdue{name="job",task="job"} 1');
    expect(metrics).toContain('longshore_job_failures{name="job",task="job"} 1');
    expect(metrics).toContain('longshore_job_last_run_succeeded{name="job",task="job"} 0');
    expect(metrics).toMatch(/longshore_job_lateness_seconds\{name="job",task="job"\} 0\.\d+/);
    expect(metrics).not.toContain("job_last_success_time_seconds{");
    writeFileSync(join(daemon.folder, "ok"), "");
    await daemon.ctl("run", "job", "--wait");
    expect(await daemon.ctl("health")).toMatchObject({ code: 0, stdout: "ok\n" });
  });
});
