/** What a field of a cron expression may hold, from the seconds to the year. */
export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** words for its numbers, from `min` on */
  readonly words?: readonly string[];
}

const months = "january february march april may june july august september october november december";
const weekdays = "sunday monday tuesday wednesday thursday friday saturday";

/** Both 0 and 7 are Sunday. */
export const cronFields = {
  second: { name: "second", min: 0, max: 59 },
  minute: { name: "minute", min: 0, max: 59 },
  hour: { name: "hour", min: 0, max: 23 },
  day: { name: "day", min: 1, max: 31 },
  month: { name: "month", min: 1, max: 12, words: months.split(" ") },
  weekday: { name: "weekday", min: 0, max: 7, words: weekdays.split(" ") },
  year: { name: "year", min: 1970, max: 9999 },
} as const satisfies Record<string, CronField>;

const five = [
  cronFields.minute,
  cronFields.hour,
  cronFields.day,
  cronFields.month,
  cronFields.weekday,
] as const;

/** The fields that so many words stand for; undefined for a number that is none. */
export function fieldsOf(count: number): readonly CronField[] | undefined {
  if (count === 5) return five;
  if (count === 6) return [cronFields.second, ...five];
  return count === 7 ? [cronFields.second, ...five, cronFields.year] : undefined;
}

/**
 * A cron expression in plain numbers, with the rule of crontab(5) for the days: where neither the day nor the weekday
 * begins with `*`, either will do, otherwise both have to fit. A `+` before the weekday says the latter to croner.
 * @throws RangeError with the field and the value that is wrong
 */
export function normalizeCron(expression: string): string {
  const words = expression.trim().split(/\s+/);
  const fields = fieldsOf(words.length);
  if (fields === undefined)
    throw new RangeError(`it has ${words.length} fields, and not 5, 6 (seconds first) or 7 (with a year)`);
  const parts = fields.map((field, index) => normalizeField(words[index] ?? "", field));
  const [day, weekday] = [fields.indexOf(cronFields.day), fields.indexOf(cronFields.weekday)];
  const days = [parts[day] ?? "", parts[weekday] ?? ""];
  if (days.some((part) => part.startsWith("*")) && !days.includes("*") && !days[1]?.startsWith("+"))
    parts[weekday] = `+${days[1]}`;
  return parts.join(" ");
}

function normalizeField(text: string, field: CronField): string {
  const [, plus = "", list = ""] = (field === cronFields.weekday && /^(\+)(.+)$/.exec(text)) || [
    "",
    "",
    text,
  ];
  return `${plus}${list
    .split(",")
    .map((part) => normalizePart(part, field))
    .join(",")}`;
}

function normalizePart(text: string, field: CronField): string {
  const part = text.toLowerCase();
  if (part === "*" || part === "?") return "*";
  if (field === cronFields.day && (part === "l" || part === "lw")) return part.toUpperCase();
  const [, work] = (field === cronFields.day && /^(\d+)w$/.exec(part)) || [];
  if (work !== undefined) return `${readNumber(work, field, text)}W`;
  const [, weekday, nth] = (field === cronFields.weekday && /^(\w+?)(l|#[1-5])$/.exec(part)) || [];
  if (weekday !== undefined && nth !== undefined)
    return `${readNumber(weekday, field, text)}${nth.toUpperCase()}`;
  const [, from = "", to, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  if (from === "" || (from === "*" && to !== undefined))
    throw new RangeError(`${JSON.stringify(text)} is no ${field.name}`);
  const interval = step === undefined ? "" : `/${readStep(step, field, text)}`;
  if (from === "*") return `*${interval}`;
  const first = readNumber(from, field, text);
  if (to === undefined) {
    if (step === undefined) return String(first);
    throw new RangeError(`${text}: a step needs a range; write ${from}-${field.max}/${step}`);
  }
  const last = readNumber(to, field, text);
  // A range up to Sunday: the week ends with 7.
  const end = field === cronFields.weekday && last === 0 && first > 0 ? 7 : last;
  if (end < first) {
    const { min, max } = field === cronFields.weekday ? { min: 0, max: 6 } : field;
    throw new RangeError(`${text} goes backwards; write ${first}-${max},${min}-${last}`);
  }
  return `${first}-${end}${interval}`;
}

function readNumber(text: string, field: CronField, whole: string): number {
  const words = field.words?.map((word) => [word, word.slice(0, 3)]) ?? [];
  const index = words.findIndex((forms) => forms.includes(text));
  if (index >= 0) return field.min + index;
  if (!/^\d+$/.test(text)) throw new RangeError(`${JSON.stringify(whole)} is no ${field.name}`);
  const number = Number(text);
  if (number >= field.min && number <= field.max) return number;
  throw new RangeError(`${whole}: the ${field.name} goes from ${field.min} to ${field.max}`);
}

function readStep(text: string, field: CronField, whole: string): number {
  const step = Number(text);
  if (step === 0) throw new RangeError(`${whole}: a step is at least 1`);
  const most = stepLimit(field);
  if (step <= most) return step;
  throw new RangeError(`${whole}: a ${field.name}'s step is at most ${most}, and begins anew after that`);
}

/** The longest step: as many values as the field has. */
export function stepLimit(field: CronField): number {
  return field === cronFields.weekday ? 7 : field.max - field.min + 1;
}
