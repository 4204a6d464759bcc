import { describe, expect, it } from "vitest";
import { jitterOf } from "../../../../../supervisor/core/jobs/job-spec.ts";
import { findOverdue } from "../../../../../supervisor/core/jobs/overdue.ts";
import { job, World } from "./virtual-world.ts";

const at = (time: string): number => Date.parse(time);
const minute = 60_000;
const hour = 60 * minute;
const daily = ["0 3 * * *"];

describe("time", () => {
  it("runs a job at each of its times, through years", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("backup", { schedule: daily })]);
    world.runUntil("2029-01-01T00:00:00Z");
    expect(world.started).toHaveLength(365 * 3 + 1);
    expect(new Set(world.started.map(({ due }) => due)).size).toBe(365 * 3 + 1);
    expect(
      world.started.every(({ due, at: began, trigger }) => due === began && trigger === "schedule"),
    ).toBe(true);
  }, 60_000);

  it("starts a thousand jobs of the same second in one go, each once", () => {
    const jobs = Array.from({ length: 1_000 }, (_, index) => job(`job${index}`, { schedule: ["0 3 * * *"] }));
    const world = new World(at("2026-01-01T02:59:00Z"), jobs);
    world.runUntil("2026-01-01T03:00:00Z");
    expect(world.started).toHaveLength(1_000);
    expect(new Set(world.started.map((run) => run.job)).size).toBe(1_000);
    expect(new Set(world.started.map((run) => run.at))).toEqual(new Set(["2026-01-01T03:00:00Z"]));
  });

  it("runs a job of two schedules that meet once", () => {
    const world = new World(at("2026-03-28T12:00:00Z"), [
      job("both", { schedule: ["30 2 * * *", "0 3 * * *"], timezone: "Europe/Berlin" }),
    ]);
    world.runUntil("2026-03-29T12:00:00Z");
    expect(world.startsOf("both")).toEqual(["2026-03-29T01:00:00Z"]);
  });

  it("begins @reboot jobs once a start", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("warm", { schedule: ["@reboot"] })]);
    world.runFor(hour);
    world.reload([job("warm", { schedule: ["@reboot"], history: 3 })]);
    world.runFor(hour);
    world.restartAfter(minute);
    world.runFor(hour);
    expect(world.startsOf("warm")).toEqual(["2026-01-01T00:00:00Z", "2026-01-01T02:01:00Z"]);
  });

  it("runs `every` at once, and then counts from its due times", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("renew", { every: 7 * 24 * hour })]);
    world.runUntil("2026-01-20T00:00:00Z");
    expect(world.startsOf("renew").map((text) => text.slice(0, 10))).toEqual([
      "2026-01-01",
      "2026-01-08",
      "2026-01-15",
    ]);
  });

  it("delays each job by a part of its jitter that stays the same", () => {
    const offset = jitterOf("host1", "backup", hour);
    expect(offset).toBe(jitterOf("host1", "backup", hour));
    expect(offset).not.toBe(jitterOf("host2", "backup", hour));
    const offsets = Array.from({ length: 1_000 }, (_, index) => jitterOf(`host${index}`, "backup", hour));
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...offsets)).toBeLessThan(hour);
    for (let quarter = 0; quarter < 4; quarter += 1) {
      const inside = offsets.filter((value) => Math.floor((value / hour) * 4) === quarter).length;
      expect(inside).toBeGreaterThan(180);
    }
    const world = new World(at("2026-01-01T00:00:00Z"), [
      job("backup", { schedule: daily, offset: 10 * minute }),
    ]);
    world.runUntil("2026-01-02T12:00:00Z");
    expect(world.startsOf("backup")).toEqual(["2026-01-01T03:10:00Z", "2026-01-02T03:10:00Z"]);
  });
});

describe("groups", () => {
  it("lets as many run at once as the group allows, in the order in which they came", () => {
    const group = { name: "heavy", max: 2 };
    const jobs = ["a", "b", "c", "d", "e"].map((name) => job(name, { schedule: daily, group }));
    const world = new World(at("2026-01-01T00:00:00Z"), jobs);
    world.duration = () => 10 * minute;
    world.runUntil("2026-01-01T12:00:00Z");
    expect(world.started.map((run) => `${run.job} ${run.at.slice(11, 16)}`)).toEqual([
      "a 03:00",
      "b 03:00",
      "c 03:10",
      "d 03:10",
      "e 03:20",
    ]);
  });
});

describe("a reload", () => {
  it("keeps running jobs, and neither drops nor doubles a run that is due", () => {
    const jobs = [job("often", { schedule: ["*/5 * * * *"] })];
    const world = new World(at("2026-01-01T00:01:00Z"), jobs);
    world.duration = () => 2 * minute;
    for (let reload = 0; reload < 100; reload += 1) {
      world.runFor(37_000);
      world.reload(reload % 2 === 0 ? [...jobs, job("other", { schedule: daily })] : jobs);
    }
    const dues = world.started.map(({ due }) => due);
    expect(new Set(dues).size).toBe(dues.length);
    expect(dues).toHaveLength(12);
    expect(world.historyOf("often").every((entry) => entry.endsWith("succeeded"))).toBe(true);
  });

  it("runs what is due in the very moment", () => {
    const world = new World(at("2026-01-01T02:59:59Z"), [job("backup", { schedule: daily })]);
    world.now = at("2026-01-01T03:00:00Z");
    world.reload([job("backup", { schedule: ["0 4 * * *"] })]);
    expect(world.startsOf("backup")).toEqual(["2026-01-01T03:00:00Z"]);
    world.runFor(2 * hour);
    expect(world.startsOf("backup")).toHaveLength(2);
  });

  it("keeps a run that is due and waits for its jitter", () => {
    const before = job("backup", { schedule: daily, offset: 10 * minute });
    const world = new World(at("2026-01-01T02:00:00Z"), [before]);
    world.runUntil("2026-01-01T03:05:00Z");
    world.reload([job("backup", { schedule: ["0 5 * * *"], offset: 10 * minute })]);
    world.runUntil("2026-01-01T06:00:00Z");
    expect(world.startsOf("backup")).toEqual(["2026-01-01T03:10:00Z", "2026-01-01T05:10:00Z"]);
  });

  it("forgets what waits of a job that is no longer there, and lets its run end", () => {
    const world = new World(at("2026-01-01T00:01:00Z"), [
      job("gone", { schedule: ["*/5 * * * *"], overlap: "queue" }),
    ]);
    world.duration = () => 20 * minute;
    world.runUntil("2026-01-01T00:12:00Z");
    world.reload([]);
    world.runFor(hour);
    expect(world.startsOf("gone")).toHaveLength(1);
    expect(world.historyOf("gone")).toEqual(["2 schedule skipped", "1 schedule succeeded"]);
  });
});

describe("overdue", () => {
  it("is a job that was due and has not succeeded for so long", () => {
    const spec = job("backup", { schedule: daily });
    const world = new World(at("2026-01-01T00:00:00Z"), [spec]);
    const overdue = (): string | null => {
      const state = world.scheduler.states.get("backup");
      return state === undefined ? null : findOverdue(spec, state, 0, world.now);
    };
    world.exitCode = (_, run) => (run === 1 ? 0 : 1);
    world.runUntil("2026-01-02T02:00:00Z");
    expect(overdue()).toBeNull();
    world.runUntil("2026-01-02T03:59:00Z");
    expect(overdue()).toBeNull();
    world.runUntil("2026-01-02T04:01:00Z");
    expect(overdue()).toBe("due since 2026-01-02T03:00:00.000Z, succeeded last 1d1h ago");
    world.exitCode = () => 0;
    world.request("backup");
    world.runFor(minute);
    expect(overdue()).toBeNull();
  });
});
