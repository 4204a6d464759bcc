import { expect, test } from "vitest";
import { Task } from "../../../../supervisor/config/task/task.ts";
import { countFailures, describeFailures } from "../../../../supervisor/core/failure-count.ts";
import { type Instance, newInstance } from "../../../../supervisor/core/instance.ts";
import { transition } from "../../../../supervisor/core/transition.ts";

const task = Task.parse({ command: "x", backoff: { jitter: "0%", reset: "10s" } });

/** An instance whose processes lived for these times (ms), each with the exit code, and the time now. */
function live(lives: readonly [number, number][]): { instance: Instance; now: number } {
  let now = 0;
  let instance = transition(newInstance(), { type: "start" }, task).instance;
  const take = (event: object): void => {
    const { generation } = instance;
    ({ instance } = transition(instance, { generation, at: now, ...event } as never, task));
  };
  for (const [duration, code] of [...lives, [0, -1]] as const) {
    if (instance.state === "backoff") take({ type: "timer" });
    take({ type: "spawned", pid: 1 });
    if (code < 0) break;
    if (duration >= 1_000) take({ type: "timer" });
    now += duration;
    take({ type: "exited", exit: { code, signal: null }, groupEmpty: true });
  }
  return { instance, now };
}

test.each<[string, [number, number][], failures: number, recent: number, words: string | null]>([
  ["a first start", [], 0, 0, null],
  ["one failed start", [[10, 1]], 1, 0, "1 end, the last: exit code 1"],
  [
    "ends in a row, whatever their code",
    [
      [5_000, 0],
      [5_000, 0],
      [10, 3],
    ],
    3,
    0,
    "3 ends in a row, the last: exit code 3",
  ],
  ["one failure after a stable time", [[60_000, 1]], 1, 1, "1 end, the last: exit code 1"],
  [
    "failures after stable times",
    [
      [40_000, 1],
      [40_000, 1],
      [40_000, 2],
    ],
    1,
    3,
    "3 failures within 5 minutes, the last: exit code 2",
  ],
  [
    "successes after stable times",
    [
      [40_000, 0],
      [40_000, 0],
      [40_000, 0],
    ],
    1,
    0,
    "1 end, the last: exit code 0",
  ],
  [
    "failures of long ago",
    [
      [40_000, 1],
      [40_000, 1],
      [300_000, 1],
    ],
    1,
    1,
    "1 end, the last: exit code 1",
  ],
])("%s", (_, lives, failures, recentFailures, words) => {
  const { instance, now } = live(lives);
  const counted = countFailures(instance, task, now);
  expect(counted).toEqual({ failures, recentFailures });
  expect(describeFailures(instance, counted)).toBe(words);
});

test("a stable time ends a row", () => {
  const { instance, now } = live([
    [10, 1],
    [10, 1],
  ]);
  expect(countFailures(instance, task, now + 9_999)).toMatchObject({ failures: 2 });
  expect(countFailures(instance, task, now + 10_000)).toMatchObject({ failures: 0 });
  const stopped = transition(instance, { type: "stop" }, task).instance;
  const fresh = transition({ ...stopped, state: "stopped" }, { type: "start" }, task).instance;
  expect(countFailures(fresh, task, now)).toEqual({ failures: 0, recentFailures: 0 });
});
