import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../../../../supervisor/core/jobs/decision.ts";
import type { JobSpec } from "../../../../../supervisor/core/jobs/job-spec.ts";
import { readJournal } from "../../../../../supervisor/core/jobs/read-journal.ts";
import { Scheduler } from "../../../../../supervisor/core/jobs/scheduler.ts";
import { Journal } from "../../../../../supervisor/runtime/jobs/journal.ts";
import type { JournalStore } from "../../../../../supervisor/runtime/jobs/journal-file.ts";
import { job } from "./virtual-world.ts";

/** Everything stops here, as with kill -9. */
class Killed extends Error {}

/**
 * A disk that dies at its n-th step. Each write has three: before it, in its middle (a part of it is there, whether or
 * not it was promised), and after it, before anybody hears of it.
 */
class DyingDisk implements JournalStore {
  steps = 0;
  text = "";
  deathAt = Number.POSITIVE_INFINITY;
  isDead = false;

  read(): string {
    return this.text;
  }

  async append(text: string): Promise<void> {
    this.step();
    if (this.willDie()) this.text += text.slice(0, Math.floor(text.length * 0.6));
    this.step();
    this.text += text;
    this.step();
  }

  async replace(text: string): Promise<void> {
    this.step();
    this.text = text;
    this.step();
  }

  setAside(): string {
    return "";
  }

  async close(): Promise<void> {}

  private willDie(): boolean {
    return this.steps + 1 === this.deathAt;
  }

  private step(): void {
    this.steps += 1;
    if (this.steps === this.deathAt || this.isDead) {
      this.isDead = true;
      throw new Killed();
    }
  }
}

interface Executed {
  readonly job: string;
  readonly due: number | null;
}

const minute = 60_000;

/** A supervisor on a disk: what it decides is carried out only when it is written, and nothing is once it was killed. */
class Machine {
  readonly executed: Executed[] = [];
  private running: { job: string; run: number; endsAt: number }[] = [];

  constructor(
    private readonly disk: DyingDisk,
    private readonly specs: readonly JobSpec[],
    public now: number,
  ) {}

  /** Runs until `end`, or until it is killed. */
  async run(end: number): Promise<void> {
    const { states, badLines } = readJournal(this.disk.read());
    expect(badLines.length).toBeLessThanOrEqual(this.tornLines);
    this.tornLines = badLines.length;
    this.running = [];
    const scheduler = new Scheduler({ blockerOf: () => null, pauseOf: () => null }, states);
    const journal = new Journal(
      this.disk,
      () => scheduler.states.values(),
      () => {},
    );
    const perform = async (decision: Decision): Promise<void> => {
      if (decision.records.length > 0) await journal.write(decision.records);
      // A journal reports what fails and goes on; a killed process does not.
      if (this.disk.isDead) throw new Killed();
      for (const { spec, run } of decision.starts) {
        this.executed.push({ job: spec.job, due: run.due });
        this.running.push({ job: spec.job, run: run.run, endsAt: this.now + 40_000 });
      }
    };
    try {
      await perform(scheduler.setJobs(this.specs, this.now));
      await perform(scheduler.boot(this.now));
      while (this.now < end) {
        this.now += 10_000;
        for (const process of this.running.filter(({ endsAt }) => endsAt <= this.now)) {
          this.running = this.running.filter((other) => other !== process);
          await perform(
            scheduler.ended(process.job, process.run, { code: 0, signal: null }, true, null, this.now),
          );
        }
        await perform(scheduler.tick(this.now));
      }
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
    }
  }

  private tornLines = 1_000;
}

/** How often each due time of a job was run, and what the history says of it. */
async function liveThrough(
  deaths: readonly number[],
  specs: readonly JobSpec[],
): Promise<{ executed: Executed[]; disk: DyingDisk; steps: number }> {
  const disk = new DyingDisk();
  const start = Date.parse("2026-01-01T00:00:30Z");
  const end = start + 20 * minute;
  const machine = new Machine(disk, specs, start);
  for (const death of deaths) {
    disk.steps = 0;
    disk.isDead = false;
    disk.deathAt = death;
    await machine.run(end);
    machine.now += 5_000;
  }
  disk.isDead = false;
  disk.deathAt = Number.POSITIVE_INFINITY;
  disk.steps = 0;
  await machine.run(end + 5 * minute);
  return { executed: machine.executed, disk, steps: disk.steps };
}

/** No due time is run twice, and each one that was not run is in the history. */
function checkNothingLostOrDoubled(
  executed: readonly Executed[],
  disk: DyingDisk,
  specs: readonly JobSpec[],
): void {
  const { states } = readJournal(disk.text);
  for (const spec of specs) {
    const dues = executed.flatMap((run) => (run.job === spec.job && run.due !== null ? [run.due] : []));
    expect(new Set(dues).size, `${spec.job} ran twice`).toBe(dues.length);
    const state = states.find((one) => one.job === spec.job);
    const known = [...(state?.past ?? []), ...(state?.active ?? [])];
    for (
      let due = Date.parse("2026-01-01T00:02:00Z");
      due <= Date.parse("2026-01-01T00:20:00Z");
      due += 2 * minute
    ) {
      const isRecorded = known.some((run) => {
        if (run.due === null) return false;
        return run.due <= due && due <= ("lastDue" in run ? (run.lastDue ?? run.due) : run.due);
      });
      expect(isRecorded, `${spec.job} ${new Date(due).toISOString()} is not in the history`).toBe(true);
      const wasPassedOver = known.some(
        (run) =>
          "outcome" in run &&
          (run.outcome === "missed" || run.outcome === "skipped" || run.outcome === "interrupted") &&
          run.due !== null &&
          run.due <= due &&
          due <= (run.lastDue ?? run.due),
      );
      if (!wasPassedOver) expect(dues, `${spec.job} never ran`).toContain(due);
    }
  }
}

const group = { name: "heavy", max: 1 };
const specs = [
  job("plain", { schedule: ["*/2 * * * *"], history: 1_000 }),
  job("heavy", { schedule: ["*/2 * * * *"], history: 1_000, group, overlap: "queue" }),
  job("other", { schedule: ["*/2 * * * *"], history: 1_000, group, overlap: "queue", offset: 20_000 }),
];

describe("kill -9", () => {
  it("loses and doubles nothing, at whichever step of whichever write it comes", async () => {
    const { steps, executed } = await liveThrough([], specs);
    expect(executed.length).toBeGreaterThan(20);
    expect(steps).toBeGreaterThan(100);
    for (let death = 1; death <= steps; death += 1) {
      const life = await liveThrough([death], specs);
      checkNothingLostOrDoubled(life.executed, life.disk, specs);
    }
  }, 60_000);

  it("does so however often it comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 12 }), async (deaths) => {
        const life = await liveThrough(deaths, specs);
        checkNothingLostOrDoubled(life.executed, life.disk, specs);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
