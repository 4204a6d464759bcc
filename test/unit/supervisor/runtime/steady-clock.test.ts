import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { steadyNow, toClockTime } from "../../../../supervisor/runtime/steady-clock.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

test.each([
  ["back by five hours", -5 * 3_600_000],
  ["forth by fifty years", 50 * 365 * 86_400_000],
])("a clock that is set %s changes no duration, and moves the times that are shown", (_, by) => {
  vi.setSystemTime(performance.timeOrigin + performance.now());
  const began = steadyNow();
  const shown = toClockTime(began);
  vi.setSystemTime(Date.now() + by);
  expect(steadyNow() - began).toBeLessThan(10_000);
  expect(Math.abs(toClockTime(began) - shown - by)).toBeLessThan(10_000);
});

test("a time that is shown does not flicker while the clock drifts", () => {
  const began = steadyNow();
  vi.setSystemTime(performance.timeOrigin + performance.now());
  const shown = toClockTime(began);
  for (const drift of [3, -7, 400, -900]) {
    vi.setSystemTime(performance.timeOrigin + performance.now() + drift);
    expect(toClockTime(began)).toBe(shown);
  }
});
