import { describe, expect, it } from "vitest";
import { job, World } from "./virtual-world.ts";

const at = (time: string): number => Date.parse(time);
const minute = 60_000;
const hour = 60 * minute;
const daily = ["0 3 * * *"];

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
