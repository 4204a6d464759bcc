import { describe, expect, it } from "vitest";
import { jitterOf } from "../../../../supervisor/core/jobs/job-spec.ts";
import { findOverdue } from "../../../../supervisor/core/jobs/overdue.ts";
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

describe("catch-up", () => {
  it("makes up once for what was missed while nothing ran, and records the rest", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("backup", { schedule: daily })]);
    world.runUntil("2026-01-01T12:00:00Z");
    world.restartAfter(3 * 24 * hour);
    world.runFor(hour);
    expect(world.historyOf("backup")).toEqual([
      "1 schedule succeeded",
      "2 schedule missed x2",
      "3 catch-up succeeded",
    ]);
    expect(world.started.at(-1)).toMatchObject({ due: "2026-01-04T03:00:00Z", at: "2026-01-04T12:00:00Z" });
  });

  it.each([
    [{ catchUp: false }, ["1 schedule succeeded", "2 schedule missed x3"]],
    [{ catchUpLimit: 8 * hour }, ["1 schedule succeeded", "2 schedule missed x3"]],
    [{ catchUpLimit: 9 * hour }, ["1 schedule succeeded", "2 schedule missed x2", "3 catch-up succeeded"]],
  ])("keeps to %j", (settings, history) => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("backup", { schedule: daily, ...settings })]);
    world.runUntil("2026-01-01T12:00:00Z");
    world.restartAfter(3 * 24 * hour);
    world.runFor(hour);
    expect(world.historyOf("backup")).toEqual(history);
  });

  it("makes up with the job's jitter, and does not forget it in a crash", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [
      job("backup", { schedule: daily, offset: 10 * minute }),
    ]);
    world.runUntil("2026-01-01T12:00:00Z");
    world.restartAfter(24 * hour);
    world.runFor(5 * minute);
    expect(world.started).toHaveLength(1);
    world.restartAfter(0);
    world.runFor(hour);
    expect(world.startsOf("backup")).toEqual(["2026-01-01T03:10:00Z", "2026-01-02T12:10:00Z"]);
  });

  it("does not make up for times before the job was there, or under another schedule", () => {
    const world = new World(at("2026-01-01T12:00:00Z"), [job("a", { schedule: daily })]);
    world.reload([job("a", { schedule: ["0 11 * * *"] }), job("b", { schedule: daily })]);
    world.runFor(minute);
    expect(world.started).toEqual([]);
    world.runUntil("2026-01-02T12:00:00Z");
    expect(world.started.map((run) => `${run.job} ${run.at}`)).toEqual([
      "b 2026-01-02T03:00:00Z",
      "a 2026-01-02T11:00:00Z",
    ]);
  });

  it("waits for a dependency that is not there yet, where a scheduled run is skipped", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("dump", { schedule: daily })]);
    world.blockers.set("dump", "waits for db: not healthy yet");
    world.runUntil("2026-01-01T12:00:00Z");
    expect(world.historyOf("dump")).toEqual(["1 schedule skipped"]);
    expect(world.scheduler.states.get("dump")?.past[0]?.reason).toBe("waits for db: not healthy yet");
    world.restartAfter(24 * hour);
    world.runFor(hour);
    expect(world.started).toEqual([]);
    world.release("dump");
    expect(world.started).toMatchObject([{ trigger: "catch-up", at: "2026-01-02T13:00:00Z" }]);
  });

  it("records what was due while the job was stopped", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("backup", { schedule: daily })]);
    world.paused.add("backup");
    world.runUntil("2026-01-04T00:00:00Z");
    expect(world.historyOf("backup")).toEqual(["1 schedule skipped x3"]);
    expect(world.started).toEqual([]);
  });
});

describe("a clock that jumps", () => {
  it("does not run a time twice when it goes back a little", () => {
    const world = new World(at("2026-01-01T02:00:00Z"), [job("backup", { schedule: daily })]);
    world.runUntil("2026-01-01T03:01:00Z");
    world.setClock("2026-01-01T02:58:00Z");
    world.runUntil("2026-01-01T12:00:00Z");
    expect(world.startsOf("backup")).toEqual(["2026-01-01T03:00:00Z"]);
  });

  it("follows a clock that goes back a day, and does not run everything again when it comes forward", () => {
    const world = new World(at("2026-01-10T12:00:00Z"), [
      job("backup", { schedule: daily }),
      job("often", { schedule: ["*/5 * * * *"] }),
    ]);
    world.runUntil("2026-01-11T12:00:00Z");
    expect(world.startsOf("backup")).toHaveLength(1);
    const often = world.startsOf("often").length;
    world.setClock("2026-01-10T12:00:00Z");
    world.runFor(59 * minute);
    expect(world.startsOf("often").length - often).toBeGreaterThanOrEqual(11);
    world.setClock("2026-01-11T13:01:00Z");
    world.runUntil("2026-01-11T14:00:00Z");
    expect(world.startsOf("backup")).toEqual(["2026-01-11T03:00:00Z"]);
    const doubled = world.started.filter((run) => run.job === "often" && run.at >= "2026-01-11T13:01:00Z");
    // 13:00 was a minute ago; 12:05 to 12:55 of the 11th were skipped by the clock.
    expect(doubled.map((run) => run.due?.slice(11, 16))).toEqual([
      ...[
        "13:00",
        "13:05",
        "13:10",
        "13:15",
        "13:20",
        "13:25",
        "13:30",
        "13:35",
        "13:40",
        "13:45",
        "13:50",
        "13:55",
      ],
      "14:00",
    ]);
  });

  it("runs a time again that comes a second time after the clock was set back by a day", () => {
    const world = new World(at("2026-01-10T12:00:00Z"), [job("backup", { schedule: daily })]);
    world.runUntil("2026-01-11T04:00:00Z");
    world.setClock("2026-01-10T04:00:00Z");
    world.runFor(48 * hour);
    expect(world.startsOf("backup")).toEqual([
      "2026-01-11T03:00:00Z",
      "2026-01-11T03:00:00Z",
      "2026-01-12T03:00:00Z",
    ]);
  });

  it("makes up once for what a jump forward has skipped", () => {
    const world = new World(at("2026-01-10T12:00:00Z"), [
      job("backup", { schedule: daily }),
      job("hourly", { schedule: ["@hourly"], catchUp: false }),
    ]);
    world.runUntil("2026-01-10T12:30:00Z");
    world.setClock("2026-01-11T12:30:00Z");
    world.runFor(20 * minute);
    expect(world.started).toMatchObject([
      { job: "backup", trigger: "catch-up", due: "2026-01-11T03:00:00Z" },
    ]);
    expect(world.historyOf("hourly")).toEqual(["1 schedule missed x10"]);
  });

  it("survives a clock that begins in 1970", () => {
    const world = new World(0, [
      job("often", { schedule: ["* * * * *"] }),
      job("backup", { schedule: daily }),
    ]);
    world.runFor(5.5 * minute);
    world.setClock("2026-01-01T12:00:30Z");
    world.runFor(5 * minute);
    expect(world.startsOf("often").filter((time) => time > "2026")).toHaveLength(6);
    expect(world.startsOf("backup")).toHaveLength(1);
  });
});

describe("overlap", () => {
  const every5 = ["*/5 * * * *"];
  const run = (overlap: "skip" | "queue" | "replace" | "allow"): World => {
    const world = new World(at("2026-01-01T00:01:00Z"), [job("slow", { schedule: every5, overlap })]);
    world.duration = (_, number) => (number === 1 ? 12 * minute : minute);
    world.runUntil("2026-01-01T00:24:00Z");
    return world;
  };

  it("skips what is due during a run", () => {
    const world = run("skip");
    expect(world.historyOf("slow")).toEqual([
      "2 schedule skipped x2",
      "1 schedule succeeded",
      "3 schedule succeeded",
    ]);
    expect(world.scheduler.states.get("slow")?.past[0]?.reason).toBe("run 1 is still running");
  });

  it("queues it", () => {
    expect(
      run("queue")
        .startsOf("slow")
        .map((time) => time.slice(14, 16)),
    ).toEqual(["05", "17", "18", "20"]);
  });

  it("replaces the run", () => {
    const world = run("replace");
    expect(world.historyOf("slow").slice(0, 2)).toEqual(["1 schedule replaced", "2 schedule succeeded"]);
    expect(world.startsOf("slow").map((time) => time.slice(14, 16))).toEqual(["05", "10", "15", "20"]);
  });

  it("lets both run", () => {
    expect(
      run("allow")
        .startsOf("slow")
        .map((time) => time.slice(14, 16)),
    ).toEqual(["05", "10", "15", "20"]);
  });

  it("refuses a run by hand during another, unless that may be", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [
      job("one", { schedule: daily }),
      job("many", { schedule: daily, overlap: "allow" }),
      job("later", { schedule: daily, overlap: "queue" }),
    ]);
    expect(world.request("one").ok).toBe(true);
    expect(world.request("one")).toMatchObject({ ok: false, reason: "run 1 is still running" });
    expect([world.request("many").ok, world.request("many").ok]).toEqual([true, true]);
    expect([world.request("later").ok, world.request("later").ok]).toEqual([true, true]);
    world.runFor(minute);
    expect(world.historyOf("later")).toEqual(["1 manual succeeded", "2 manual succeeded"]);
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

describe("retries", () => {
  const retries = { count: 2, initial: 10_000, factor: 3, limit: 600_000, jitter: 0 };

  it("tries a failed run again, later and later, and then gives up", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("flaky", { schedule: daily, retries })]);
    world.exitCode = () => 1;
    world.runUntil("2026-01-01T12:00:00Z");
    expect(world.startsOf("flaky").map((time) => time.slice(14, 19))).toEqual(["00:00", "00:11", "00:42"]);
    expect(world.ended.map(({ isFinal }) => isFinal)).toEqual([false, false, true]);
    expect(world.scheduler.states.get("flaky")).toMatchObject({ failures: 3, lastSuccess: null });
  });

  it("stops trying when a try succeeds", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("flaky", { schedule: daily, retries })]);
    world.exitCode = (_, run) => (run === 1 ? 1 : 0);
    world.runUntil("2026-01-01T12:00:00Z");
    expect(world.historyOf("flaky")).toEqual(["1 schedule failed", "2 retry succeeded"]);
    expect(world.scheduler.states.get("flaky")).toMatchObject({ failures: 0, unservedSince: null });
  });

  it("tries again what took too long, and what the end of the supervisor has cut short", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [
      job("flaky", { schedule: daily, retries, timeout: minute }),
    ]);
    world.duration = () => hour;
    world.runUntil("2026-01-01T03:01:20Z");
    expect(world.historyOf("flaky")).toEqual(["1 schedule timed_out"]);
    world.restartAfter(minute);
    world.runFor(hour);
    expect(world.historyOf("flaky")).toEqual([
      "1 schedule timed_out",
      "2 retry interrupted",
      "3 retry timed_out",
    ]);
  });

  it("gives way to the next run", () => {
    const slow = { ...retries, initial: 10 * minute };
    const world = new World(at("2026-01-01T00:01:00Z"), [
      job("flaky", { schedule: ["*/5 * * * *"], retries: slow }),
    ]);
    world.exitCode = (_, run) => (run === 1 ? 1 : 0);
    world.runUntil("2026-01-01T00:19:00Z");
    expect(world.historyOf("flaky")).toEqual([
      "1 schedule failed",
      "2 retry skipped",
      "3 schedule succeeded",
      "4 schedule succeeded",
    ]);
  });

  it("does not run again what was interrupted, where nobody asked for retries", () => {
    const world = new World(at("2026-01-01T00:00:00Z"), [job("once", { schedule: daily })]);
    world.duration = () => hour;
    world.runUntil("2026-01-01T03:30:00Z");
    world.restartAfter(minute);
    world.runFor(hour);
    expect(world.historyOf("once")).toEqual(["1 schedule interrupted"]);
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
