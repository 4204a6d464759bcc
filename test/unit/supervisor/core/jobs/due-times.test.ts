import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  findDueBetween,
  followsClock,
  listDueTimes,
  nextDue,
} from "../../../../../supervisor/core/jobs/due-times.ts";
import { formatLocalTime } from "../../../../../supervisor/core/jobs/local-time.ts";
import { type Fields, toCron, walkMinutes } from "./minute-walker.ts";

const timing = (schedule: string | string[], timezone?: string, every: number | null = null) => ({
  schedule: [schedule].flat(),
  timezone,
  every,
});
const at = (text: string): number => Date.parse(text);
const year = 365 * 86_400_000;

function dueIn(schedule: string | string[], zone: string, from: string, until: string): string[] {
  return [...listDueTimes(timing(schedule, zone), at(from), at(until))].map((due) =>
    formatLocalTime(due, zone),
  );
}

describe("a day on which the clock changes", () => {
  const table: [name: string, schedule: string, zone: string, from: string, until: string, due: string[]][] =
    [
      [
        "runs a job in the skipped hour at its end",
        ...(["30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-30T12:00Z"] as const),
        ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
      ],
      [
        "runs a job in the repeated hour once",
        ...(["30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-26T12:00Z"] as const),
        ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
      ],
      [
        "runs several times of the skipped hour as one",
        ...(["15,45 2 * * *", "America/New_York", "2026-03-08T00:00Z", "2026-03-08T12:00Z"] as const),
        ["2026-03-08T03:00:00-04:00"],
      ],
      [
        "lets a job of every half hour follow the clock",
        ...(["*/30 * * * *", "America/New_York", "2026-11-01T05:00Z", "2026-11-01T07:00Z"] as const),
        [
          "2026-11-01T01:00:00-04:00",
          "2026-11-01T01:30:00-04:00",
          "2026-11-01T01:00:00-05:00",
          "2026-11-01T01:30:00-05:00",
          "2026-11-01T02:00:00-05:00",
        ],
      ],
      [
        "knows clocks that change by half an hour",
        ...(["15 2 * * *", "Australia/Lord_Howe", "2026-10-02T23:00Z", "2026-10-04T23:00Z"] as const),
        ["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"],
      ],
      [
        "runs a job in a repeated half hour once",
        ...(["45 1 * * *", "Australia/Lord_Howe", "2026-04-03T23:00Z", "2026-04-05T23:00Z"] as const),
        ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"],
      ],
      [
        "waits for leap days",
        ...(["0 0 29 2 *", "UTC", "2026-01-01T00:00Z", "2033-01-01T00:00Z"] as const),
        ["2028-02-29T00:00:00+00:00", "2032-02-29T00:00:00+00:00"],
      ],
      [
        "finds the last day of each month",
        ...(["0 12 L * *", "UTC", "2028-01-01T00:00Z", "2028-04-01T00:00Z"] as const),
        ["2028-01-31T12:00:00+00:00", "2028-02-29T12:00:00+00:00", "2028-03-31T12:00:00+00:00"],
      ],
      [
        "finds the second Friday",
        ...(["0 0 * * FRI#2", "UTC", "2026-01-01T00:00Z", "2026-04-01T00:00Z"] as const),
        ["2026-01-09T00:00:00+00:00", "2026-02-13T00:00:00+00:00", "2026-03-13T00:00:00+00:00"],
      ],
    ];
  it.each(table)("%s", (_, schedule, zone, from, until, due) => {
    expect(dueIn(schedule, zone, from, until)).toEqual(due);
  });

  it.each(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])(
    "comes to the same over a whole year as a walk over all minutes: %s",
    (zone) => {
      const from = at("2026-01-01T00:00Z");
      const cases: Fields[] = [
        { minute: [30], hour: [2], day: "*", month: "*", weekday: "*" },
        { minute: [0, 15, 45], hour: [1, 2], day: "*", month: "*", weekday: "*" },
        { minute: [7], hour: "*", day: "*", month: [3, 4, 10, 11], weekday: [0] },
        { minute: [0], hour: [0], day: [1], month: "*", weekday: [1] },
      ];
      for (const fields of cases) {
        const found = [...listDueTimes(timing(toCron(fields), zone), from + 1, from + year)];
        expect(found).toEqual(walkMinutes(fields, zone, from, from + year));
      }
    },
    60_000,
  );
});

const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];
const field = (min: number, max: number, length: number) =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant("*" as const) },
    {
      weight: 2,
      arbitrary: fc
        .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: length })
        .map((list) => list.sort((a, b) => a - b)),
    },
  );
const anyFields: fc.Arbitrary<Fields> = fc.record({
  minute: field(0, 59, 3),
  hour: field(0, 23, 3),
  day: field(1, 28, 3),
  month: field(1, 12, 6),
  weekday: field(0, 6, 2),
});

describe("any schedule", () => {
  it("is due where a walk over all minutes finds it, also near a change of the clock", () => {
    const changes = ["2026-03-08", "2026-03-29", "2026-04-04", "2026-10-03", "2026-10-25", "2026-11-01"];
    fc.assert(
      fc.property(
        anyFields,
        fc.constantFrom(...zones),
        fc.constantFrom(...changes),
        fc.integer({ min: 0, max: 2 * 1_440 }),
        (fields, zone, day, offset) => {
          const from = at(`${day}T00:00Z`) - 1_440 * 60_000 + offset * 60_000;
          const until = from + 2 * 86_400_000;
          const found = [...listDueTimes(timing(toCron(fields), zone), from + 1, until)];
          expect(found).toEqual(walkMinutes(fields, zone, from, until));
        },
      ),
      { numRuns: 60 },
    );
  }, 60_000);

  const systemd = (() => {
    try {
      return execFileSync("systemd-analyze", ["--version"], { encoding: "utf8" }).startsWith("systemd");
    } catch {
      return false;
    }
  })();

  it.skipIf(!systemd)(
    "is due where systemd-analyze calendar says so",
    () => {
      const list = (values: readonly number[] | "*"): string => (values === "*" ? "*" : values.join(","));
      const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
      // systemd wants both the day and the weekday where cron takes either: one of them is a wildcard here.
      const comparable = anyFields.map((fields) =>
        fields.day === "*" ? fields : { ...fields, weekday: "*" as const },
      );
      fc.assert(
        fc.property(comparable, fc.integer({ min: 0, max: 900 * 86_400 }), (fields, seconds) => {
          const weekday =
            fields.weekday === "*" ? "" : `${fields.weekday.map((day) => days[day]).join(",")} `;
          const calendar = `${weekday}*-${list(fields.month)}-${list(fields.day)} ${list(fields.hour)}:${list(fields.minute)}:00 UTC`;
          const from = at("2026-01-01T00:00Z") + seconds * 1_000;
          const argv = ["calendar", "--iterations=4", `--base-time=@${from / 1_000}`, calendar];
          const output = execFileSync("systemd-analyze", argv, {
            encoding: "utf8",
            env: { ...process.env, TZ: "UTC" },
          });
          const theirs = [...output.matchAll(/(?:Next elapse|Iter\. #\d+): \w{3} ([\d-]+ [\d:]+) UTC/g)].map(
            (match) => at(`${match[1]?.replace(" ", "T")}Z`),
          );
          const ours: number[] = [];
          for (
            let due = nextDue(timing(toCron(fields), "UTC"), from, null);
            due !== null && ours.length < theirs.length;
          ) {
            ours.push(due);
            due = nextDue(timing(toCron(fields), "UTC"), due, null);
          }
          expect(theirs).toHaveLength(4);
          expect(ours).toEqual(theirs);
        }),
        { numRuns: 40 },
      );
    },
    60_000,
  );
});

describe("the times between two instants", () => {
  it("agree with the list of all of them", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("*/5 * * * *", "0 3 * * *", "30 2 * * 0", "0 0 1 * *", "* 3 * * *", "*/20 * * * * *"),
        fc.integer({ min: 0, max: 40 * 86_400 }),
        fc.integer({ min: 0, max: 3 * 86_400 }),
        (schedule, start, length) => {
          const zone = "Europe/Berlin";
          const from = at("2026-03-10T00:00Z") + start * 1_000;
          const until = from + Math.min(length, schedule.startsWith("*/20") ? 3_600 : length) * 1_000;
          const all = [...listDueTimes(timing(schedule, zone), from + 1, until)];
          const found = findDueBetween(timing(schedule, zone), from, until, null);
          if (all.length === 0) expect(found).toBeNull();
          else {
            expect(found).toEqual({
              first: all[0],
              lastButOne: all.at(-2) ?? null,
              last: all.at(-1),
              count: Math.min(all.length, 10),
            });
          }
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);

  it("are found quickly, however long the time", () => {
    const before = performance.now();
    const found = findDueBetween(
      timing("* * * * *", "Europe/Berlin"),
      at("1970-01-01T00:00Z"),
      at("2026-06-01T00:00Z"),
      null,
    );
    expect(found).toMatchObject({
      count: 10,
      last: at("2026-06-01T00:00Z"),
      lastButOne: at("2026-05-31T23:59Z"),
    });
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});

describe("every", () => {
  const week = 7 * 86_400_000;
  it("is due at once when it never was, and then from the last time on", () => {
    const now = at("2026-01-01T00:00Z");
    expect(nextDue(timing([], "UTC", week), now, null)).toBe(now + 1);
    expect(nextDue(timing([], "UTC", week), now, now - 1_000)).toBe(now - 1_000 + week);
    expect(nextDue(timing([], "UTC", week), now, now - 2 * week)).toBe(now + 1);
  });

  it("joins other schedules, whichever comes first", () => {
    const now = at("2026-01-01T00:00Z");
    expect(nextDue(timing("0 12 * * *", "UTC", week), now, now)).toBe(at("2026-01-01T12:00Z"));
    expect(nextDue(timing(["0 12 * * *", "0 6 * * *"], "UTC"), now, null)).toBe(at("2026-01-01T06:00Z"));
  });
});

it.each([
  ["0 3 * * *", false],
  ["0 1,2 * * 1", false],
  ["@daily", false],
  ["@hourly", true],
  ["*/5 * * * *", true],
  ["0 0 3 * * *", false],
  ["*/5 0 3 * * *", true],
  ["0 0 3 * * * 2030", false],
  ["0 */5 3 * * * 2030", true],
])("%s follows the clock: %s", (schedule, expected) => {
  expect(followsClock(timing(schedule))).toBe(expected);
});
