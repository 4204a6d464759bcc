import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newJobState } from "../../../../../supervisor/core/jobs/apply-record.ts";
import type { JobRecord, JobState } from "../../../../../supervisor/core/jobs/job-record.ts";
import { readJournal } from "../../../../../supervisor/core/jobs/read-journal.ts";
import { Journal } from "../../../../../supervisor/runtime/jobs/journal.ts";
import { JournalFile, type JournalStore } from "../../../../../supervisor/runtime/jobs/journal-file.ts";
import { pruneRunLogs, RunLog, readRunLog } from "../../../../../supervisor/runtime/jobs/run-log.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-journal-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const begun = (job: string, run: number): JobRecord => ({
  ...{ type: "begun", job, at: run * 1_000, run, due: run * 1_000, trigger: "schedule", attempt: 1 },
});

class CountingStore implements JournalStore {
  writes = 0;
  text = "";
  failure: string | undefined;
  read(): string {
    return this.text;
  }
  async append(text: string): Promise<void> {
    await this.write(this.text + text);
  }
  async replace(text: string): Promise<void> {
    await this.write(text);
  }
  setAside(): string {
    return "";
  }
  async close(): Promise<void> {}
  private async write(text: string): Promise<void> {
    this.writes += 1;
    await new Promise((resolve) => setImmediate(resolve));
    if (this.failure !== undefined) throw Object.assign(new Error(this.failure), { code: this.failure });
    this.text = text;
  }
}

describe("the journal", () => {
  it("writes what comes together in one go, and in order", async () => {
    const store = new CountingStore();
    const states: JobState[] = [];
    const journal = new Journal(
      store,
      () => states,
      () => {},
    );
    await journal.write([begun("first", 1)]);
    const done: number[] = [];
    const writes = Array.from({ length: 1_000 }, (_, run) =>
      journal.write([begun("job", run + 1)]).then(() => done.push(run)),
    );
    await Promise.all(writes);
    expect(store.writes).toBeLessThanOrEqual(3);
    expect(done).toEqual(Array.from({ length: 1_000 }, (_, run) => run));
    expect(readJournal(store.text).states.find(({ job }) => job === "job")?.nextRun).toBe(1_001);
  });

  it("goes on when the disk refuses, says so once, and writes everything when it takes writes again", async () => {
    const store = new CountingStore();
    const reports: string[] = [];
    const state = { ...newJobState("job", 5), nextRun: 8 };
    const journal = new Journal(
      store,
      () => [state],
      (message) => reports.push(message),
    );
    await journal.write([begun("job", 1)]);
    store.failure = "ENOSPC";
    await journal.write([begun("job", 2)]);
    await journal.write([begun("job", 3)]);
    store.failure = undefined;
    await journal.write([begun("job", 4)]);
    expect(reports).toEqual([
      "cannot keep the state of the jobs (ENOSPC)",
      "the state of the jobs is kept again",
    ]);
    expect(readJournal(store.text).states).toEqual([state]);
  });

  it("stays small", async () => {
    const store = new CountingStore();
    const state = newJobState("job", 5);
    const journal = new Journal(
      store,
      () => [state],
      () => {},
    );
    for (let round = 0; round < 200; round += 1) {
      await journal.write(Array.from({ length: 100 }, (_, run) => begun("job", run + 1)));
    }
    expect(store.text.length).toBeLessThan(1_100_000);
  });

  it("is a file of this user alone, replaced by rename", async () => {
    const path = join(folder, "deep", "jobs.journal");
    const file = new JournalFile(path);
    expect(file.read()).toBeNull();
    await file.append("one\n");
    await file.append("two\n");
    const { ino } = statSync(path);
    await file.replace("three\n");
    await file.append("four\n");
    expect(new JournalFile(path).read()).toBe("three\nfour\n");
    expect(statSync(path).ino).not.toBe(ino);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, "deep"))).toEqual(["jobs.journal"]);
    const copy = file.setAside("bad");
    expect(readFileSync(copy, "utf8")).toBe("bad");
    await file.close();
  });

  it("reads what is whole, and leaves a line out that was cut", () => {
    const whole = `${JSON.stringify(begun("a", 1))}\n`;
    const { states, badLines } = readJournal(`${whole}{"type":"begun"}\nrubbish\n${whole.slice(0, 20)}`);
    expect(badLines).toEqual([2, 3]);
    expect(states).toMatchObject([{ job: "a", active: [{ run: 1 }] }]);
    expect(readJournal("")).toEqual({ states: [], badLines: [] });
  });
});

describe("the log of a run", () => {
  it("keeps the end of a long output, in bounded space", async () => {
    const log = RunLog.of(folder, 7, () => {});
    const line = `${"x".repeat(99)}\n`;
    for (let block = 0; block < 50; block += 1) {
      log.write(Buffer.from(line.repeat(1_000)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    log.write(Buffer.from("the end\n"));
    await log.close();
    const text = (await readRunLog(folder, 7)) ?? "";
    expect(text.endsWith(`${line}the end\n`)).toBe(true);
    expect(text.length).toBeGreaterThan(1_000_000);
    const size = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(size).toBeLessThan(5_000_000);
    expect(log.tail()).toHaveLength(10_000);
  });

  it("is removed with its run", async () => {
    for (const run of [1, 2, 3]) {
      const log = RunLog.of(folder, run, () => {});
      log.write(Buffer.from(`${run}\n`));
      await log.close();
    }
    await pruneRunLogs(folder, (run) => run !== 2);
    expect(readdirSync(folder).sort()).toEqual(["1.log", "3.log"]);
    expect(await readRunLog(folder, 2)).toBeNull();
    expect(await readRunLog(folder, 3)).toBe("3\n");
  });
});
