import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { newJobState } from "../../supervisor/core/jobs/apply-record.ts";
import { writeSnapshot } from "../../supervisor/core/jobs/format-journal.ts";
import type { HistoryResponse } from "../../supervisor/protocol/job.ts";
import { Daemon, useDaemons } from "./daemon.ts";
import { historyOf, useJobState } from "./job-state.ts";

useDaemons();
const { start, stateFolder } = useJobState();

/** A journal that says that a daily job was dealt with until a while ago. */
function writeJournal(job: string, fingerprint: unknown, ago: number): void {
  const cursor = Date.now() - ago;
  const known = { ...newJobState(job, cursor), fingerprint: JSON.stringify(fingerprint) };
  writeFileSync(join(stateFolder(), "jobs.journal"), writeSnapshot([known], cursor));
}
const day = 86_400_000;

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
    const journal = join(stateFolder(), "jobs.journal");
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
    ["is below a file", () => join(stateFolder(), "file/below/it"), "ENOTDIR"],
    ["is nowhere that can be", () => "/proc/no/such", "ENOENT"],
    ["is a file", () => join(stateFolder(), "file"), "EEXIST"],
  ])("runs jobs without a state directory, too: it %s", async (_, path, code) => {
    writeFileSync(join(stateFolder(), "file"), "");
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
    const list = join(stateFolder(), "executed");
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
