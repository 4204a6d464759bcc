import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration } from "../../../../provision/ui/duration.ts";

test.each([
  [0, "0s"],
  [0.9, "0s"],
  [59, "59s"],
  [60, "1m"],
  [61, "1m1s"],
  [3599, "59m59s"],
  [3600, "1h"],
  [3661, "1h1m"],
  [86_399, "23h59m"],
  [86_400, "1d"],
  [273_600, "3d4h"],
  [-5, "0s"],
])("%d s are %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test("never more than is true, and within an hour, a minute or a second of it", () => {
  fc.assert(
    fc.property(fc.nat({ max: 1e9 }), (seconds) => {
      const units: Record<string, number> = { d: 86_400, h: 3600, m: 60, s: 1 };
      const parts = [...formatDuration(seconds).matchAll(/(\d+)([dhms])/g)];
      const said = parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
      expect(said).toBeLessThanOrEqual(seconds);
      expect(seconds - said).toBeLessThan(seconds >= 86_400 ? 3600 : seconds >= 3600 ? 60 : 1);
    }),
  );
});
