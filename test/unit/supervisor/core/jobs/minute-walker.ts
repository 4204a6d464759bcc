/** A second way to find due times, which shares nothing with the first: it looks at every single minute of a local clock. */

export interface Fields {
  readonly minute: readonly number[] | "*";
  readonly hour: readonly number[] | "*";
  readonly day: readonly number[] | "*";
  readonly month: readonly number[] | "*";
  readonly weekday: readonly number[] | "*";
}

export function toCron({ minute, hour, day, month, weekday }: Fields): string {
  return [minute, hour, day, month, weekday]
    .map((field) => (field === "*" ? "*" : field.join(",")))
    .join(" ");
}

const minuteMs = 60_000;

const quarter = 15 * minuteMs;

/** What a clock on the wall of a zone shows, as if it were UTC. Zones change their offset at whole quarters of an hour. */
function wallClock(zone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" },
  });
  const offsets = new Map<number, number>();
  const read = (time: number): number => {
    const parts = Object.fromEntries(
      format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
    );
    return Date.UTC(
      parts.year ?? 0,
      (parts.month ?? 1) - 1,
      parts.day ?? 1,
      parts.hour ?? 0,
      parts.minute ?? 0,
    );
  };
  return (time) => {
    const block = Math.floor(time / quarter) * quarter;
    const offset = offsets.get(block) ?? read(block) - block;
    offsets.set(block, offset);
    return time + offset;
  };
}

function matches(fields: Fields, wall: number): boolean {
  const date = new Date(wall);
  const has = (field: readonly number[] | "*", value: number): boolean =>
    field === "*" || field.includes(value);
  if (!has(fields.minute, date.getUTCMinutes()) || !has(fields.hour, date.getUTCHours())) return false;
  if (!has(fields.month, date.getUTCMonth() + 1)) return false;
  const day = has(fields.day, date.getUTCDate());
  const weekday = has(fields.weekday, date.getUTCDay());
  // crontab(5): where both are restricted, either will do.
  return fields.day !== "*" && fields.weekday !== "*" ? day || weekday : day && weekday;
}

/**
 * All due times in `(from, until]`; both must be whole minutes. A job at fixed times (neither minute nor hour is a
 * wildcard) that falls into a gap runs at the gap's end, and only the first time where the clock shows a time twice.
 */
export function walkMinutes(fields: Fields, zone: string, from: number, until: number): number[] {
  const clock = wallClock(zone);
  const isFixed = fields.minute !== "*" && fields.hour !== "*";
  const found: number[] = [];
  let before = clock(from - 1_440 * minuteMs);
  let latest = before;
  for (let time = from - 1_439 * minuteMs; time <= until; time += minuteMs) {
    const wall = clock(time);
    let isDue = matches(fields, wall);
    if (isFixed) {
      if (wall <= latest) isDue = false;
      for (let skipped = before + minuteMs; skipped < wall; skipped += minuteMs) {
        if (skipped > latest && matches(fields, skipped)) isDue = true;
      }
    }
    if (isDue && time > from) found.push(time);
    before = wall;
    latest = Math.max(latest, wall);
  }
  return found;
}
