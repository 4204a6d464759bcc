import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTasksFile } from "../../../../../supervisor/config/tasks-file.ts";
import { parseCron } from "../../../../../supervisor/config/time/cron.ts";
import { normalizeCron } from "../../../../../supervisor/config/time/cron-expression.ts";

describe("a cron expression", () => {
  it.each([
    ["0 0 * * 5-7", "0 0 * * 5-7"],
    ["0 0 * * fri-sun", "0 0 * * 5-7"],
    ["0 0 * * 5-0", "0 0 * * 5-7"],
    ["0 0 1 January,MAR Monday", "0 0 1 1,3 1"],
    ["*/60 5 * * *", "*/60 5 * * *"],
    ["0 0 L * *", "0 0 L * *"],
    ["0 0 lw,15w * *", "0 0 LW,15W * *"],
    ["0 0 * * fri#2,5l", "0 0 * * 5#2,5L"],
    ["0 0 ? * MON", "0 0 * * 1"],
    // crontab(5): a field that begins with a star is not restricted, so both have to fit.
    ["0 0 */2 * 1", "0 0 */2 * +1"],
    ["0 0 1 * */2", "0 0 1 * +*/2"],
    ["0 0 1-31 * 5", "0 0 1-31 * 5"],
    ["0 0 0 1 1 * 2030-2032", "0 0 0 1 1 * 2030-2032"],
  ])("%s is %s", (written, plain) => {
    expect(normalizeCron(written)).toBe(plain);
  });

  it.each([
    ["60 * * * *", "60: the minute goes from 0 to 59"],
    ["* * 0 * *", "0: the day goes from 1 to 31"],
    ["* * * * 8", "8: the weekday goes from 0 to 7"],
    ["0 22-2 * * *", "22-2 goes backwards; write 22-23,0-2"],
    ["0 0 * * fri-mon", "fri-mon goes backwards; write 5-6,0-1"],
    ["5/15 * * * *", "5/15: a step needs a range; write 5-59/15"],
    ["*/90 * * * *", "*/90: a minute's step is at most 60, and begins anew after that"],
    ["*/0 * * * *", "*/0: a step is at least 1"],
    ["5,,7 * * * *", '"" is no minute'],
    ["H 3 * * *", '"H" is no minute'],
    ["* * * *", "it has 4 fields, and not 5, 6 (seconds first) or 7 (with a year)"],
    ["@every 5m", "an interval is a key of its own: every: 5m"],
    ["@noon", "known are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually, @reboot"],
    ["0 0 30 2 *", "it is never due"],
  ])("%s is refused: %s", (written, reason) => {
    const text = `tasks: { a: { command: x, schedule: ${JSON.stringify(written)} } }`;
    const parsed = parseTasksFile(text, "t");
    expect(parsed.ok ? [] : parsed.problems.map(({ message }) => message)).toEqual([
      `${JSON.stringify(written)} is not a schedule (${reason}); write it like "0 3 * * *" or @weekly`,
    ]);
  });

  it("whose years have passed does not keep the file from being read", () => {
    expect(parseTasksFile("tasks: { a: { command: x, schedule: 0 0 0 1 1 * 2020 } }", "t").ok).toBe(true);
  });

  // A second reading, by cron's own bits: a star in front sets a flag, and the flag makes it "and".
  const range = (min: number, max: number) =>
    fc
      .tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.option(fc.integer({ min: 1, max: 7 })))
      .map(([a, b, step]) => `${Math.min(a, b)}-${Math.max(a, b)}${step === null ? "" : `/${step}`}`);
  const element = (min: number, max: number) =>
    fc.oneof(
      fc.integer({ min, max }).map(String),
      range(min, max),
      fc.constant("*"),
      fc.integer({ min: 1, max: 7 }).map((step) => `*/${step}`),
    );
  const list = (min: number, max: number) =>
    fc.array(element(min, max), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(","));

  function valuesOf(field: string, min: number, max: number): Set<number> {
    const values = new Set<number>();
    for (const part of field.split(",")) {
      const [whole = "", step = "1"] = part.split("/");
      const [from = min, to = from] = whole === "*" ? [min, max] : whole.split("-").map(Number);
      for (let value = from; value <= to; value += Number(step)) values.add(value);
    }
    return values;
  }

  it("falls on the days that cron's own rule says", () => {
    fc.assert(
      fc.property(list(1, 31), list(0, 7), fc.integer({ min: 0, max: 700 }), (day, weekday, offset) => {
        const days = valuesOf(day, 1, 31);
        const weekdays = new Set([...valuesOf(weekday, 0, 7)].map((each) => each % 7));
        const both = day.startsWith("*") || weekday.startsWith("*");
        const start = Date.UTC(2026, 0, 1) + offset * 86_400_000;
        const cron = parseCron(`0 0 ${day} * ${weekday}`, "UTC");
        for (let at = start; at < start + 40 * 86_400_000; at += 86_400_000) {
          const date = new Date(at);
          const [one, other] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
          const isDue = cron.nextRun(new Date(at - 1))?.getTime() === at;
          expect([date.toISOString(), isDue]).toEqual([
            date.toISOString(),
            both ? one && other : one || other,
          ]);
        }
      }),
      { numRuns: 100 },
    );
  });
});
