/** Seconds east of UTC at an instant (ms since 1970). */
export type OffsetAt = (time: number) => number;

const name = "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)";
const offset = "([+-]?\\d{1,3}(?::\\d{1,2}){0,2})";
const rule = "((?:M\\d{1,2}\\.[1-5]\\.[0-6]|J?\\d{1,3})(?:/[+-]?\\d{1,3}(?::\\d{1,2}){0,2})?)";
const form = new RegExp(`^${name}${offset}(?:(${name})${offset}?(?:,${rule},${rule})?)?$`);

/**
 * The rule of a TZ variable as POSIX has it: `CET-1CEST,M3.5.0,M10.5.0/3`
 * (https://pubs.opengroup.org/onlinepubs/9699919799/basedefs/V1_chap08.html). Undefined for a text that is none.
 */
export function parsePosixZone(text: string): OffsetAt | undefined {
  const [, standard, summerName, summer, start = "M3.2.0", end = "M11.1.0"] = form.exec(text) ?? [];
  if (standard === undefined) return undefined;
  const base = 0 - readTime(standard);
  if (summerName === undefined) return () => base;
  const shifted = summer === undefined ? base + 3_600 : 0 - readTime(summer);
  return (time) => {
    const year = new Date(time + base * 1_000).getUTCFullYear();
    const from = findChange(start, year) - base * 1_000;
    const until = findChange(end, year) - shifted * 1_000;
    // South of the equator the year begins in summer.
    const isSummer = from < until ? time >= from && time < until : time >= from || time < until;
    return isSummer ? shifted : base;
  };
}

/** `[+-]h[:m[:s]]` in seconds. */
function readTime(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.replace(/^[+-]/, "").split(":").map(Number);
  return (text.startsWith("-") ? -1 : 1) * (hours * 3_600 + minutes * 60 + seconds);
}

/** When the clock changes in a year by the clock that holds until then, as if that were UTC (ms). */
function findChange(text: string, year: number): number {
  const [date = "", time = "2"] = text.split("/");
  return findDay(date, year) + readTime(time) * 1_000;
}

const day = 86_400_000;

function findDay(date: string, year: number): number {
  const start = Date.UTC(year, 0, 1);
  const [, month, week, weekday] = /^M(\d+)\.(\d)\.(\d)$/.exec(date) ?? [];
  if (month === undefined) {
    const isLeap = Date.UTC(year, 1, 29) !== Date.UTC(year, 2, 1);
    const number = Number(date.replace("J", ""));
    // `J60` is the first of March in every year.
    return start + (date.startsWith("J") ? number - 1 + Number(isLeap && number >= 60) : number) * day;
  }
  const first = Date.UTC(year, Number(month) - 1, 1);
  const late = (Number(weekday) - new Date(first).getUTCDay() + 7) % 7;
  const found = first + (late + (Number(week) - 1) * 7) * day;
  return found >= Date.UTC(year, Number(month), 1) ? found - 7 * day : found;
}
