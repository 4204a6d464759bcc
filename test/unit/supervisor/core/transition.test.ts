import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Task } from "../../../../supervisor/config/task/task.ts";
import type { Effect, Event } from "../../../../supervisor/core/event.ts";
import { type Instance, isActive, newInstance } from "../../../../supervisor/core/instance.ts";
import { transition } from "../../../../supervisor/core/transition.ts";

const service = Task.parse({ command: "x", backoff: { initial: "1s", jitter: "0%" }, start_retries: 2 });
const job = Task.parse({ command: "x", schedule: "@daily" });
const oneshot = Task.parse({ command: "x", type: "oneshot" });
const gated = Task.parse({ command: "x", depends_on: ["y"] });
const checked = Task.parse({ command: "x", healthcheck: { tcp: 80 } });
const tasks = { service, job, oneshot, gated, checked };

const ended = (generation: number, code: number | null, at: number, groupEmpty = true): Event => ({
  type: "exited",
  generation,
  exit: code === null ? { code: null, signal: "SIGKILL" } : { code, signal: null },
  groupEmpty,
  at,
});

/** Feeds events to a fresh instance; the effects of the last one are in the result. */
function run(task: Task, events: readonly Event[]): { instance: Instance; effects: readonly Effect[] } {
  let instance = newInstance();
  let effects: readonly Effect[] = [];
  for (const event of events) ({ instance, effects } = transition(instance, event, task));
  return { instance, effects };
}

const up: Event[] = [
  { type: "start" },
  { type: "spawned", generation: 1, pid: 10, at: 0 },
  { type: "timer", generation: 1, at: 1_000 },
];

describe("transition", () => {
  it("starts, and is running after the start period", () => {
    expect(run(service, up.slice(0, 1)).effects).toContainEqual({ type: "spawn", generation: 1 });
    expect(run(service, up.slice(0, 2)).instance).toMatchObject({ state: "starting", pid: 10 });
    expect(run(service, up).instance.state).toBe("running");
  });

  it("restarts a stable service at once, and one that ends again soon later and later", () => {
    expect(run(service, [...up, ended(1, 0, 60_000)])).toMatchObject({
      instance: { state: "starting", generation: 2, restarts: 1 },
    });
    const second: Event[] = [
      { type: "spawned", generation: 2, pid: 11, at: 60_000 },
      { type: "timer", generation: 2, at: 61_000 },
      ended(2, 0, 62_000),
    ];
    expect(run(service, [...up, ended(1, 0, 60_000), ...second])).toMatchObject({
      instance: { state: "backoff" },
      effects: [{ type: "arm", milliseconds: 1_000 }],
    });
  });

  it("gives up after too many failed starts, and begins afresh when asked", () => {
    const failing = [1, 2, 3].flatMap((generation): Event[] => [
      { type: "spawned", generation, pid: 10, at: 0 },
      ended(generation, 1, 10),
      { type: "timer", generation, at: 20 },
    ]);
    const fatal = run(service, [{ type: "start" }, ...failing]);
    expect(fatal.instance).toMatchObject({
      state: "fatal",
      reason: "3 failed starts, the last: exit code 1",
    });
    expect(transition(fatal.instance, { type: "start" }, service).instance).toMatchObject({
      state: "starting",
      failedStarts: 0,
    });
  });

  it("stops step by step, and is stopped only when its group is empty", () => {
    const stopping = run(service, [...up, { type: "stop" }]);
    expect(stopping.effects).toContainEqual({ type: "signal", signal: "SIGTERM" });
    const half = transition(stopping.instance, ended(1, 0, 2_000, false), service);
    expect(half).toMatchObject({
      instance: { state: "stopping", pid: null },
      effects: [{ type: "watch_group" }],
    });
    expect(
      transition(half.instance, { type: "timer", generation: 1, at: 3_000 }, service).effects,
    ).toContainEqual({
      type: "signal",
      signal: "SIGKILL",
    });
    expect(
      transition(half.instance, { type: "emptied", generation: 1, at: 3_000 }, service).instance.state,
    ).toBe("stopped");
  });

  it("kills what a crash left behind before the restart", () => {
    const crashed = run(service, [...up, ended(1, 1, 60_000, false)]);
    expect(crashed).toMatchObject({ instance: { state: "stopping" } });
    expect(crashed.effects).toContainEqual({ type: "signal", signal: "SIGKILL" });
    const next = transition(crashed.instance, { type: "emptied", generation: 1, at: 60_001 }, service);
    expect(next.instance).toMatchObject({ state: "starting", generation: 2 });
  });

  it("lets a job wait between its runs, also after a failure", () => {
    const done = run(job, [
      { type: "start" },
      { type: "run" },
      { type: "spawned", generation: 1, pid: 1, at: 0 },
      ended(1, 9, 5),
    ]);
    expect(done.instance).toMatchObject({ state: "waiting", exit: { code: 9 } });
  });

  it.each([
    ["condemned", [{ type: "condemned", generation: 1, reason: "too large" }]],
    ["unhealthy", [{ type: "health", generation: 1, healthy: false, reason: "no answer", at: 5_000 }]],
  ] as unknown as readonly [string, Event[]][])(
    "ends the run of a job that is %s, and begins none itself",
    (_, events) => {
      const sick = Task.parse({ command: "x", schedule: "@daily", healthcheck: { tcp: 80 } });
      const stopping = [
        { type: "start" },
        { type: "run" },
        { type: "spawned", generation: 1, pid: 10, at: 0 },
        ...events,
      ];
      const done = run(sick, [...(stopping as Event[]), ended(1, null, 6_000)]);
      expect(done.instance).toMatchObject({ state: "waiting", restarts: 0 });
      expect(done.effects.filter(({ type }) => type === "spawn" || type === "arm")).toEqual([]);
    },
  );

  it("runs a stopped job by hand without scheduling it again", () => {
    const done = run(job, [
      { type: "run" },
      { type: "spawned", generation: 1, pid: 1, at: 0 },
      ended(1, 0, 5),
    ]);
    expect(done.instance.state).toBe("stopped");
  });

  it("checks in another way when that has changed, and ends the checks of a task that has none any more", () => {
    const { instance } = run(checked, [...up, { type: "health", generation: 1, healthy: true, reason: "" }]);
    expect(transition(instance, { type: "recheck" }, checked)).toMatchObject({
      instance: { health: "healthy" },
      effects: [{ type: "start_probes" }],
    });
    expect(transition(instance, { type: "recheck" }, service)).toMatchObject({
      instance: { health: "none" },
      effects: [{ type: "stop_probes" }],
    });
    expect(transition(instance, ended(1, 0, 5), service).effects).toContainEqual({ type: "stop_probes" });
  });

  it("is sent its stop signal where its stop command fails, but not when it is being killed", () => {
    const task: Task = { ...service, stop_command: ["nginx", "-s", "quit"] };
    const failed: Event = { type: "stop_failed", generation: 1 };
    const { instance } = run(task, [...up, { type: "stop" }]);
    expect(transition(instance, failed, task)).toEqual({
      instance,
      effects: [{ type: "signal", signal: "SIGTERM" }],
    });
    const killed = transition(instance, { type: "hasten" }, task).instance;
    expect(transition(killed, failed, task).effects).toEqual([]);
  });

  it("ignores whatever an earlier process reports", () => {
    const { instance } = run(service, [...up, ended(1, 0, 60_000)]);
    for (const event of [
      ended(1, 0, 1),
      { type: "timer", generation: 1, at: 1 },
      { type: "emptied", generation: 1, at: 1 },
    ] as Event[]) {
      expect(transition(instance, event, service)).toEqual({ instance, effects: [] });
    }
  });

  it("keeps its invariants through any story", () => {
    const event = (instance: Instance): fc.Arbitrary<Event> => {
      const { generation } = instance;
      return fc.oneof(
        fc.constantFrom<Event>(
          { type: "start" },
          { type: "stop" },
          { type: "restart" },
          { type: "run" },
          { type: "released" },
          { type: "hasten" },
          { type: "recheck" },
        ),
        fc.constantFrom<Event>(
          { type: "timer", generation, at: 5 },
          { type: "health", generation, healthy: true, reason: "" },
          { type: "health", generation, healthy: false, reason: "sick" },
          { type: "stop_failed", generation },
        ),
        // A process that is there ends; one that is not may come, or not, or leave a group behind that ends.
        instance.pid === null
          ? fc.constantFrom<Event>(
              { type: "spawned", generation, pid: 7, at: 5 },
              { type: "spawn_failed", generation, reason: "r", at: 5 },
              { type: "emptied", generation, at: 5 },
            )
          : fc.constantFrom(
              ended(generation, 0, 5),
              ended(generation, 1, 5),
              ended(generation, null, 5, false),
            ),
      );
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(tasks)),
        fc.array(fc.nat(), { maxLength: 60 }),
        fc.gen(),
        (task, steps, gen) => {
          let instance = newInstance();
          for (const _ of steps) {
            const before = instance;
            const after = transition(
              before,
              gen(() => event(before)),
              task,
            );
            instance = after.instance;
            const spawns = after.effects.filter((effect) => effect.type === "spawn").length;
            expect(instance.generation).toBe(before.generation + spawns);
            // never two processes of one instance
            if (spawns > 0)
              expect(before.pid === null || !isActive(instance) || instance.pid === null).toBe(true);
            if (!isActive(instance)) expect(instance.pid).toBeNull();
            // only these states wait for a timer; whoever waits for one has armed it
            if (instance.state === "backoff" && before.state !== "backoff") {
              expect(after.effects.some((effect) => effect.type === "arm")).toBe(true);
            }
            if (instance.state === "stopping" && before.state !== "stopping") {
              expect(after.effects.some((effect) => effect.type === "arm")).toBe(true);
            }
          }
        },
      ),
      // Shrinking a story that is generated as it goes on never comes to an end; the seed of a failure is printed.
      { endOnFailure: true, numRuns: 1000 },
    );
  });
});
