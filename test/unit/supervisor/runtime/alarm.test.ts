import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { setAlarm } from "../../../../supervisor/runtime/time/alarm.ts";

const hour = 3_600_000;
const minute = 60_000;
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How often an alarm in two hours has rung when the clock was set by so much, and then so long has passed. */
function ring(by: number, passed: number): number {
  const callback = vi.fn();
  setAlarm(new Date(Date.now() + 2 * hour), callback);
  vi.advanceTimersByTime(10 * minute);
  vi.setSystemTime(Date.now() + by);
  vi.advanceTimersByTime(passed);
  return callback.mock.calls.length;
}

test.each([
  ["at its time", 0, 110 * minute, 1],
  ["not before", 0, 109 * minute, 0],
  ["within a minute where the clock was set forth beyond it", 3 * hour, minute, 1],
  ["within a minute where the clock was set back: other things may be due now", -5 * hour, minute, 1],
])("an alarm rings %s", (_, by, passed, times) => {
  expect(ring(by, passed)).toBe(times);
});

test("an alarm that is cancelled never rings", () => {
  const callback = vi.fn();
  const cancel = setAlarm(new Date(Date.now() + hour), callback);
  cancel();
  vi.advanceTimersByTime(2 * hour);
  expect(callback).not.toHaveBeenCalled();
});
