import type { Cron } from "croner";
import { atBoot, parseCron } from "../../config/time/cron.ts";
import type { JobSpec } from "./job-spec.ts";

type Timing = Pick<JobSpec, "schedule" | "every" | "timezone">;

const parsed = new WeakMap<Timing, readonly Cron[]>();

function cronsOf(timing: Timing): readonly Cron[] {
  let crons = parsed.get(timing);
  if (crons === undefined) {
    crons = timing.schedule
      .filter((expression) => expression !== atBoot)
      .map((expression) => parseCron(expression, timing.timezone));
    parsed.set(timing, crons);
  }
  return crons;
}

/**
 * The first time after `after` at which a job is due, by any of its schedules; null when it never is.
 * @param lastDue when it was due last, which `every` counts from; null when it never was: then it is due just after `after`
 */
export function nextDue(timing: Timing, after: number, lastDue: number | null): number | null {
  const from = new Date(after);
  const times = cronsOf(timing).flatMap((cron) => cron.nextRun(from)?.getTime() ?? []);
  if (timing.every !== null) {
    times.push(lastDue === null ? after + 1 : Math.max(lastDue + timing.every, after + 1));
  }
  return times.length === 0 ? null : Math.min(...times);
}

/** The due times that lie between two instants, as far as they are of interest. */
export interface MissedTimes {
  readonly first: number;
  /** the last but one, or null where there is one alone */
  readonly lastButOne: number | null;
  readonly last: number;
  /** how many there are; `countLimit` stands for that many or more */
  readonly count: number;
}

/** Counting goes no further: it is for people, and a job of every minute may have been away for a year. */
const countLimit = 10;

/** What is known of the due times in `(after, until]`; null when there is none. */
export function findDueBetween(
  timing: Timing,
  after: number,
  until: number,
  lastDue: number | null,
): MissedTimes | null {
  const first = nextDue(timing, after, lastDue);
  if (first === null || first > until) return null;
  // `every` counts from the run that makes up for the missed ones, so it has one missed time at most.
  const cronOnly = timing.every === null ? timing : withoutEvery(timing);
  let [lastButOne, last]: [number | null, number] = [null, first];
  for (let count = 1; count < countLimit; count += 1) {
    const next = nextDue(cronOnly, last, null);
    if (next === null || next > until) return { first, lastButOne, last, count };
    [lastButOne, last] = [last, next];
  }
  return { first, ...lastTwoUntil(cronOnly, first, until), count: countLimit };
}

const cronParts = new WeakMap<Timing, Timing>();

function withoutEvery(timing: Timing): Timing {
  let part = cronParts.get(timing);
  if (part === undefined) {
    part = { schedule: timing.schedule, timezone: timing.timezone, every: null };
    cronParts.set(timing, part);
  }
  return part;
}

/** The last two due times until an instant, looked for over growing spans; there are two after `known`. */
function lastTwoUntil(timing: Timing, known: number, until: number): { lastButOne: number; last: number } {
  for (let span = 60_000; ; span *= 4) {
    let [lastButOne, last]: [number | null, number | null] = [null, null];
    let next = nextDue(timing, Math.max(known, until - span), null);
    while (next !== null && next <= until) {
      [lastButOne, last] = [last, next];
      next = nextDue(timing, next, null);
    }
    if (lastButOne !== null && last !== null) return { lastButOne, last };
  }
}

/** Every due time in `[from, until]` as if the job were new at `from`; `every` counts from there. */
export function* listDueTimes(timing: Timing, from: number, until: number): Generator<number> {
  let last: number | null = null;
  for (let due = nextDue(timing, from - 1, last); due !== null && due <= until; ) {
    yield due;
    last = due;
    due = nextDue(timing, due, last);
  }
}

/** Whether a job is due at short distances or by the hour, and not at certain times of the day. */
export function followsClock({ schedule, every }: Timing): boolean {
  return every !== null || schedule.some(hasWildcardTime);
}

function hasWildcardTime(expression: string): boolean {
  if (expression.startsWith("@")) return expression === "@hourly";
  const fields = expression.trim().split(/\s+/);
  // Seconds stand before the minute, a year after the weekday.
  return fields.slice(0, fields.length === 5 ? 2 : 3).some((field) => /[*?/]/.test(field));
}
