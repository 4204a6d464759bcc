import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newJobState } from "../../supervisor/core/jobs/apply-record.ts";
import { writeSnapshot } from "../../supervisor/core/jobs/format-journal.ts";
import type { HistoryResponse, JobsResponse, RunReport } from "../../supervisor/protocol/job.ts";
import { Daemon, isRunning, useDaemons } from "./daemon.ts";

useDaemons();

const run = promisify(execFile);
let state = "";
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "longshore-state-"));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

const start = (tasks: string, env: Record<string, string> = {}): Daemon =>
  new Daemon(tasks, { args: ["--state-dir", state], env });

async function historyOf(daemon: Daemon, job: string): Promise<RunReport[]> {
  return (await daemon.client.call<HistoryResponse>("GET", `/v1/jobs/history?job=${job}`)).runs;
}

/** A journal that says that a daily job was dealt with until a while ago. */
function writeJournal(job: string, fingerprint: unknown, ago: number): void {
  const cursor = Date.now() - ago;
  const known = { ...newJobState(job, cursor), fingerprint: JSON.stringify(fingerprint) };
  writeFileSync(join(state, "jobs.journal"), writeSnapshot([known], cursor));
}
const day = 86_400_000;

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
  one: { command: sleep 1, schedule: "@yearly" }
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

describe("what follows a run", () => {
  it("reloads only when a file was changed, and not when a command before that fails", async () => {
    const daemon = start(`
tasks:
  web:
    command: [sh, -c, "trap 'echo reloaded' HUP; echo up; while :; do sleep 0.05; done"]
    reload_signal: SIGHUP
  certificate:
    command: [sh, -c, "cat $DIR/new > $DIR/pem"]
    schedule: "@yearly"
    on_success:
      - if_changed: \${DIR}/pem
      - command: [grep, -q, good, "\${DIR}/pem"]
      - reload web
`);
    const file = (name: string, text: string): void => writeFileSync(join(daemon.folder, name), text);
    const reloads = (): number => daemon.output.match(/web \| reloaded/g)?.length ?? 0;
    file("pem", "good 1");
    file("new", "good 1");
    await daemon.waitFor(/web \| up/);
    await daemon.until("certificate", ({ state: now }) => now === "waiting");
    await daemon.ctl("run", "certificate", "--wait");
    await daemon.ctl("run", "certificate", "--wait");
    expect(reloads()).toBe(0);
    file("new", "bad");
    await daemon.ctl("run", "certificate", "--wait");
    await daemon.waitFor(/certificate: grep -q good \S+ after run 3 failed: exit code 1/);
    expect(reloads()).toBe(0);
    file("new", "good 2");
    await daemon.ctl("run", "certificate", "--wait");
    await daemon.waitFor(/web \| reloaded/);
    await daemon.ctl("run", "certificate", "--wait");
    await daemon.ctl("run", "certificate", "--wait");
    expect(reloads()).toBe(1);
  });

  it("can be a command, another job, a restart, or a notification, by how the run ended", async () => {
    const bodies: string[] = [];
    const server = createServer((request, response) => {
      request.on("data", (data) => bodies.push(`${request.url} ${data}`));
      request.on("end", () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const daemon = start(
      `
tasks:
  app: { command: sleep 1000, start_period: 10ms }
  bad:
    command: "false"
    schedule: "@yearly"
    on_success: restart app
    on_failure:
      - command: [sh, -c, "echo after $LONGSHORE_JOB_OUTCOME $LONGSHORE_JOB_EXIT_CODE"]
      - run next
      - notify: http://127.0.0.1:\${PORT}/hook
  next: { command: "true", schedule: "@yearly", on_success: restart app }
`,
      { PORT: String(port) },
    );
    try {
      const before = await daemon.until("app", ({ state: now }) => now === "running");
      await daemon.ctl("run", "bad", "--wait");
      await daemon.waitFor(/bad \| after failed 1/);
      await daemon.waitFor(/next: run 1 succeeded/);
      await daemon.until("app", ({ state: now, pid }) => now === "running" && pid !== before.pid);
      expect((await historyOf(daemon, "next"))[0]?.trigger).toBe("action");
      expect(bodies.join("")).toMatch(
        /^\/hook \{"job":"bad","run":1,"trigger":"manual".*"outcome":"failed","exit_code":1/,
      );
    } finally {
      server.close();
    }
  });

  it("pings a healthchecks.io server: start, success, failure with the end of the log", async () => {
    const seen: string[] = [];
    let wake = (): void => {};
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (data) => {
        body += data;
      });
      request.on("end", () => {
        seen.push(`${request.url?.replace(/[0-9a-f-]{36}$/, "RID")} ${body}`);
        response.end("OK");
        wake();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const daemon = start(
      `
tasks:
  good: { command: echo fine, schedule: "@yearly", ping_url: "\${PING}/good" }
  bad: { command: [sh, -c, "echo oops; exit 1"], schedule: "@yearly", ping_url: "\${PING}/bad" }
  quiet: { command: "true", schedule: "@yearly", ping_url: "\${UNSET:-}" }
`,
      { PING: `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping` },
    );
    const until = async (count: number): Promise<void> => {
      while (seen.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    try {
      await daemon.until("quiet", ({ state: now }) => now === "waiting");
      await daemon.ctl("run", "quiet", "--wait");
      await daemon.ctl("run", "good", "--wait");
      await until(2);
      await daemon.ctl("run", "bad", "--wait");
      await until(4);
      expect(seen.sort()).toEqual([
        "/ping/bad/fail?rid=RID oops\n",
        "/ping/bad/start?rid=RID ",
        "/ping/good/start?rid=RID ",
        "/ping/good?rid=RID fine\n",
      ]);
    } finally {
      server.close();
    }
  });
});

describe("across restarts", () => {
  it("makes up once for what was missed", async () => {
    writeJournal("backup", [["0 0 * * *"], null, "UTC"], 3 * day);
    const daemon = start('tasks: { backup: { command: "true", schedule: "0 0 * * *", timezone: UTC } }');
    await daemon.waitFor(/backup: run \d+ succeeded/);
    const [latest, missed] = await historyOf(daemon, "backup");
    expect(latest).toMatchObject({ trigger: "catch-up", outcome: "succeeded" });
    expect(missed).toMatchObject({ outcome: "missed", count: 2, reason: "longshored was not running" });
    await daemon.kill();
    const again = start('tasks: { backup: { command: "true", schedule: "0 0 * * *", timezone: UTC } }');
    await again.until("backup", ({ state: now }) => now === "waiting");
    expect(await historyOf(again, "backup")).toMatchObject([{ run: latest?.run }, { run: missed?.run }]);
  });

  it("survives a journal that cannot be read, and keeps a copy of it", async () => {
    writeJournal("backup", [["0 0 * * *"], null, "UTC"], 3 * day);
    const journal = join(state, "jobs.journal");
    const good = readFileSync(journal, "utf8");
    writeFileSync(journal, `\0\xff rubbish\n${good}{"type":"begun","job":"backup"}\n{"half`);
    const daemon = start('tasks: { backup: { command: "true", schedule: "0 0 * * *", timezone: UTC } }');
    const [, copy = ""] = await daemon.waitFor(
      /cannot read 2 lines of the state of the jobs \(the first is 1\).* a copy is (\S+)/,
    );
    expect(readFileSync(copy, "utf8")).toContain("rubbish");
    await daemon.waitFor(/backup: run \d+ succeeded/);
  });

  it.each([
    ["is below a file", () => join(state, "file/below/it"), "ENOTDIR"],
    ["is nowhere that can be", () => "/proc/no/such", "ENOENT"],
    ["is a file", () => join(state, "file"), "EEXIST"],
  ])("runs jobs without a state directory, too: it %s", async (_, path, code) => {
    writeFileSync(join(state, "file"), "");
    const daemon = new Daemon('tasks: { job: { command: "true", schedule: "@yearly" } }', {
      args: ["--state-dir", path()],
    });
    await daemon.waitFor(new RegExp(`cannot keep the state of the jobs in ${path()} \\(${code}\\)`));
    expect((await daemon.ctl("run", "job", "--wait")).code).toBe(0);
  });

  it("lets one supervisor alone run the jobs of a state directory; the next one takes over", async () => {
    const tasks = 'tasks: { job: { command: [sh, -c, "echo $PPID"], schedule: "* * * * * *" } }';
    const first = start(tasks);
    await first.waitFor(/run 1 succeeded/);
    const second = start(tasks);
    await second.waitFor(/another longshored runs the jobs of/);
    const before = first.output.match(/begins/g)?.length ?? 0;
    await first.waitFor(new RegExp(`(?:begins[^]*){${before + 1}}`));
    expect(second.output).not.toContain("begins");
    process.kill(first.pid, "SIGKILL");
    await second.waitFor(/job: run \d+ succeeded/);
    const runs = await historyOf(second, "job");
    expect(new Set(runs.map(({ run }) => run)).size).toBe(runs.length);
    const dues = runs.flatMap(({ due }) => due ?? []);
    expect(new Set(dues).size).toBe(dues.length);
  });

  it("neither loses nor doubles a run when it is killed at any moment", async () => {
    const list = join(state, "executed");
    const tasks = `
tasks:
  job: { command: [sh, -c, 'echo $LONGSHORE_JOB_DUE >> ${list}'], schedule: "* * * * * *", history: 1000 }
`;
    for (let life = 0; life < 6; life += 1) {
      const daemon = start(tasks);
      await daemon.waitFor(/job: run \d+ (succeeded|\S+ begins)/);
      // Another moment of the second each time.
      await new Promise((resolve) => setTimeout(resolve, (life * 170) % 1_000));
      process.kill(daemon.pid, "SIGKILL");
      await daemon.ended;
    }
    const last = start(tasks);
    await last.waitFor(/job: run \d+ succeeded/);
    const executed = readFileSync(list, "utf8").trim().split("\n");
    expect(new Set(executed).size).toBe(executed.length);
    const { runs } = await last.client.call<HistoryResponse>("GET", "/v1/jobs/history?job=job&limit=1000");
    const known = runs.flatMap((run) => {
      const from = Date.parse(run.due ?? "");
      const to = Date.parse(run.last_due ?? run.due ?? "");
      return Array.from({ length: (to - from) / 1_000 + 1 }, (_, second) => from + second * 1_000);
    });
    known.sort((a, b) => a - b);
    const [oldest = 0] = known;
    expect(known).toEqual(known.map((_, index) => oldest + index * 1_000));
    for (const due of executed) expect(known).toContain(Date.parse(due));
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
    expect(metrics).toContain('longshore_job_overdue{job="job"} 1');
    expect(metrics).toContain('longshore_job_failures{job="job"} 1');
    expect(metrics).toContain('longshore_job_last_run_succeeded{job="job"} 0');
    expect(metrics).toMatch(/longshore_job_lateness_seconds\{job="job"\} 0\.\d+/);
    expect(metrics).not.toContain("job_last_success_time_seconds{");
    writeFileSync(join(daemon.folder, "ok"), "");
    await daemon.ctl("run", "job", "--wait");
    expect(await daemon.ctl("health")).toMatchObject({ code: 0, stdout: "ok\n" });
  });
});
