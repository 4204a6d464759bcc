import { describe, expect, it, test } from "vitest";
import { Task } from "../../../../supervisor/config/task/task.ts";
import type { Effect, Event } from "../../../../supervisor/core/event.ts";
import { type Exit, type Instance, newInstance } from "../../../../supervisor/core/instance.ts";
import { countRestart } from "../../../../supervisor/core/restart.ts";
import { transition } from "../../../../supervisor/core/transition.ts";

const code = (number: number): Exit => ({ code: number, signal: null });

/** An instance, and what its task does when processes live for some time and end. */
class Life {
  instance: Instance = newInstance();
  effects: readonly Effect[] = [];
  now = 0;
  private readonly task: Task;

  constructor(settings: object) {
    this.task = Task.parse({ command: "x", start_period: "1s", backoff: { jitter: "0%" }, ...settings });
    this.take({ type: "start" });
  }

  /** The present process lives for so long (ms), and ends so. */
  live(duration: number, exit: Exit): this {
    const { generation } = this.instance;
    this.take({ type: "spawned", generation, pid: 10, at: this.now });
    if (duration >= this.task.start_period && this.instance.state === "starting")
      this.take({ type: "timer", generation, at: this.now + this.task.start_period });
    this.now += duration;
    return this.take({ type: "exited", generation, exit, groupEmpty: true, at: this.now });
  }

  take(event: Event): this {
    ({ instance: this.instance, effects: this.effects } = transition(this.instance, event, this.task));
    return this;
  }

  /** Milliseconds that it waits in backoff; 0 when it was started again at once. */
  get wait(): number {
    const [arm] = this.effects.filter((effect) => effect.type === "arm");
    return this.instance.state === "backoff" ? (arm?.milliseconds ?? Number.NaN) : 0;
  }

  waitOver(): this {
    this.now += this.wait;
    return this.instance.state === "backoff"
      ? this.take({ type: "timer", generation: this.instance.generation, at: this.now })
      : this;
  }
}

describe("the waits", () => {
  /** The waits after ends of a service that lives for some time (ms) each time. */
  const waitsOf = (settings: object, durations: readonly number[]): number[] => {
    const life = new Life(settings);
    return durations.map((duration) => {
      const { wait } = life.live(duration, code(1));
      life.waitOver();
      return wait;
    });
  };

  const backoff = { initial: "1s", factor: 2, limit: "3s", jitter: "0%", reset: "10s" };
  test.each<[string, object, number[], number[]]>([
    [
      "grow up to the limit",
      { backoff },
      [5_000, 5_000, 5_000, 5_000, 5_000],
      [0, 1_000, 2_000, 3_000, 3_000],
    ],
    ["begin with the first failed start", { backoff }, [10, 10, 10], [1_000, 2_000, 3_000]],
    [
      "start over after a stable time",
      { backoff },
      [5_000, 5_000, 5_000, 10_000, 5_000],
      [0, 1_000, 2_000, 0, 1_000],
    ],
    ["do not start over just before it", { backoff }, [5_000, 5_000, 5_000, 9_999], [0, 1_000, 2_000, 3_000]],
    [
      "are none with initial: 0s",
      { backoff: { ...backoff, initial: "0s" } },
      [10, 5_000, 10, 5_000],
      [0, 0, 0, 0],
    ],
  ])("%s", (_, settings, durations, waits) => {
    expect(waitsOf(settings, durations)).toEqual(waits);
  });
});

describe("restart_limit", () => {
  const settings = { restart_limit: { max: 2, within: "1m" }, backoff: { initial: "0s", jitter: "0%" } };

  it("allows as many restarts as it says, of what had started well too", () => {
    const life = new Life(settings).live(15_000, code(1)).live(15_000, code(1));
    expect(life.instance).toMatchObject({ state: "starting", restarts: 2 });
    expect(life.live(15_000, code(1)).instance).toMatchObject({
      state: "fatal",
      reason: "more than 2 restarts within 1m, the last: exit code 1",
    });
  });

  it("forgets those that are longer ago", () => {
    const life = new Life(settings);
    for (let count = 0; count < 10; count += 1) life.live(30_000, code(1));
    expect(life.instance).toMatchObject({ state: "starting", restarts: 10 });
  });

  it("forgets those that were made before the clock was set back", () => {
    const limit = { max: 2, within: 60_000 };
    expect(countRestart([5_000_000, 5_000_001], 1_000, limit)).toEqual([1_000]);
  });
});

describe("start_retries", () => {
  it("counts failed starts in a row alone", () => {
    const life = new Life({ start_retries: 1, backoff: { initial: "0s", jitter: "0%" } });
    life.live(10, code(1)).live(2_000, code(1)).live(10, code(1));
    expect(life.instance.state).toBe("starting");
    expect(life.live(10, code(1)).instance).toMatchObject({
      state: "fatal",
      reason: "2 failed starts, the last: exit code 1",
    });
  });
});

describe("readiness", () => {
  it("that does not come in time is a failed start, after a stop", () => {
    const life = new Life({ readiness: { log: "up", timeout: "5s" }, start_retries: 0 });
    life.take({ type: "spawned", generation: 1, pid: 10, at: 0 });
    expect(life.effects).toContainEqual({ type: "arm", milliseconds: 5_000, jitter: 0 });
    life.take({ type: "timer", generation: 1, at: 5_000 });
    expect(life.instance.state).toBe("stopping");
    life.take({ type: "exited", generation: 1, exit: code(0), groupEmpty: true, at: 5_100 });
    expect(life.instance).toMatchObject({
      state: "fatal",
      reason: "1 failed start, the last: not ready within 5s",
    });
  });
});

describe("a critical task", () => {
  const exitCodes = (settings: object, exit: Exit): number[] => {
    const life = new Life({ critical: true, ...settings });
    if (life.instance.state === "waiting") life.take({ type: "run" });
    return life
      .live(2_000, exit)
      .effects.flatMap((effect) => (effect.type === "shutdown" ? [effect.exitCode] : []));
  };

  test.each<[string, object, Exit, number[]]>([
    ["a service that may end", { restart: "no" }, code(0), [0]],
    ["a service that fails for good", { restart: "no" }, code(3), [3]],
    ["a service that a signal ends", { restart: "no" }, { code: null, signal: "SIGSEGV" }, [139]],
    ["a service that is started again", {}, code(3), []],
    ["a oneshot that has done its work", { type: "oneshot" }, code(0), []],
    ["a oneshot that has failed", { type: "oneshot" }, code(4), [4]],
    ["a job, which runs again", { schedule: "@daily" }, code(5), []],
  ])("takes everything with it or not: %s", (_, settings, exit, expected) => {
    expect(exitCodes(settings, exit)).toEqual(expected);
  });

  it("that cannot be run ends as a shell says it", () => {
    const life = new Life({ critical: true, restart: "no" });
    life.take({ type: "spawn_failed", generation: 1, reason: "no such program", at: 0 });
    expect(life.effects).toContainEqual(expect.objectContaining({ type: "shutdown", exitCode: 127 }));
  });
});
