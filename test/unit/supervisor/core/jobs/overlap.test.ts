import { describe, expect, it } from "vitest";
import { job, World } from "./virtual-world.ts";

const at = (time: string): number => Date.parse(time);
const minute = 60_000;
const hour = 60 * minute;
const daily = ["0 3 * * *"];

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

  it("queues no more than its limit behind a run that hangs", () => {
    const world = new World(at("2026-01-01T00:01:00Z"), [
      job("slow", { schedule: every5, overlap: "queue", queueLimit: 2 }),
    ]);
    world.duration = (_, number) => (number === 1 ? hour : minute);
    world.runUntil("2026-01-01T01:09:00Z");
    expect(world.startsOf("slow").map((time) => time.slice(11, 16))).toEqual([
      "00:05",
      "01:05",
      "01:06",
      "01:07",
    ]);
    expect(world.scheduler.states.get("slow")?.past[0]?.reason).toBe("2 runs of it wait already");
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
