import { parseDuration } from "../../../shared/duration-text.ts";
import { findCronFault } from "../time/cron.ts";
import { type CronField, cronFields, fieldsOf, stepLimit } from "../time/cron-expression.ts";

/** When a line of a crontab is due, and what of the line is left. */
export interface CrontabTimes {
  readonly timing: { readonly schedule: string } | { readonly every: string };
  readonly command: string;
  /** what differs from cron, or was decided */
  readonly remarks: readonly string[];
}

/** Who reads the file: supercronic has more fields, and another rule for the days. */
export type CronReader = "cron" | "supercronic";

/** A year, in the last field of supercronic's six or seven. */
const yearField = /^(\*|\?)(\/\d+)?$|^(19[789]\d|20\d\d)([-,/]\d+)*$/;
const looksLikeTimes = /^[\d*?][\d*?,/~-]*$/;
/** cron's other names for ours. */
const nicknames: Readonly<Record<string, string>> = { "@annually": "@yearly", "@midnight": "@daily" };

/** How many words of a line are times: 7 or 6 where only supercronic reads them so, otherwise 5. */
function countTimes(words: readonly string[]): 5 | 6 | 7 {
  for (const count of [7, 6] as const)
    if (words.length > count && yearField.test(words[count - 1] ?? "") && isReadable(words.slice(0, count)))
      return count;
  return 5;
}

function isReadable(words: readonly string[]): boolean {
  return typeof readFields(words, "supercronic", "") !== "string";
}

/** Whether only supercronic takes the times of a line: it has more fields, `L`, `W` and `#`. */
export function isOfSupercronic(text: string): boolean {
  const words = text.split(/\s+/);
  const count = countTimes(words);
  if (count !== 5) return true;
  const hasExtension = /^(L|LW|\d+W)$/i.test(words[2] ?? "") || /^\w+(L|#[1-5])$/i.test(words[4] ?? "");
  return hasExtension && words.length > 5 && isReadable(words.slice(0, 5));
}

/** Reads the times at the front of a line of a crontab; a text where they are none, which says why. */
export function readTimes(text: string, reader: CronReader): CrontabTimes | string {
  const nickname = /^(@[a-z]\w*)\s+(.*)$/i.exec(text);
  if (nickname !== null) return readNickname(nickname[1] ?? "", nickname[2] ?? "");
  const words = text.split(/\s+/);
  const count = reader === "supercronic" ? countTimes(words) : 5;
  const [, command = ""] = new RegExp(`^(?:\\S+\\s+){${count}}(.*)$`, "s").exec(text) ?? [];
  if (command === "") return "it has no command";
  if (count === 5 && looksLikeTimes.test(words[5] ?? ""))
    return "it has six fields; where the first is the seconds, drop it, or write the task by hand";
  const found = readFields(words.slice(0, count), reader, text);
  if (typeof found === "string") return found;
  const year =
    count === 6 ? ["six fields are read as supercronic reads them: the minute first, a year last"] : [];
  return { ...found, command, remarks: [...found.remarks, ...year] };
}

function readNickname(word: string, rest: string): CrontabTimes | string {
  const name = word.toLowerCase();
  if (name === "@every") {
    const [, interval = "", command = ""] = /^(\S+)\s+(.*)$/s.exec(rest) ?? [];
    const length = parseDuration(interval);
    if (command === "" || length === undefined || /^\d+$/.test(interval))
      return `${JSON.stringify(interval)} is no interval such as 90s or 1h30m`;
    if (length < 1000) return `${interval} is shorter than a second`;
    const first = `the first run is at once, the next ${interval} later`;
    return { timing: { every: interval }, command, remarks: [first] };
  }
  const schedule = nicknames[name] ?? name;
  const fault = findCronFault(schedule);
  if (fault !== null) return `${word} is none of cron's words: ${fault}`;
  const remarks =
    name === "@reboot" ? ["@reboot is each start of longshored, and not each of the machine"] : [];
  return { timing: { schedule }, command: rest, remarks };
}

type Fields = Pick<CrontabTimes, "timing" | "remarks">;

/** @param seed what a random time is chosen by: the same for the same line */
function readFields(words: readonly string[], reader: CronReader, seed: string): Fields | string {
  // supercronic's six fields have no seconds, and a year.
  const all = words.length === 6 ? ["0", ...words] : [...words];
  const fields = fieldsOf(all.length) ?? [];
  const remarks: string[] = [];
  const isBoth = [cronFields.day, cronFields.weekday].every((field) => {
    const word = all[fields.indexOf(field)] ?? "*";
    return word !== "*" && word !== "?";
  });
  const parts = all.map((word, index) => {
    const field = fields[index] ?? cronFields.minute;
    const values = word.split(",").map((part) => readPart(part, field, reader, `${seed}\0${index}`, remarks));
    const isDay = field === cronFields.day || field === cronFields.weekday;
    // For supercronic a step restricts a day as any other value does.
    if (reader === "supercronic" && isBoth && isDay)
      return values.map((value) => value.replace(/^\*\//, `${field.min}-${lastOf(field)}/`)).join(",");
    return values.join(",");
  });
  if (all.length === 7 && /^[*?]$/.test(parts[6] ?? "")) parts.pop();
  if (parts.length === 6 && parts[0] === "0") parts.shift();
  const schedule = parts.join(" ");
  const fault = findCronFault(schedule);
  return fault ?? { timing: { schedule }, remarks };
}

function lastOf(field: CronField): number {
  return field === cronFields.weekday ? 6 : field.max;
}

/** One value of a list in our words; what cron reads otherwise, or we have no words for, is decided and remarked on. */
function readPart(
  part: string,
  field: CronField,
  reader: CronReader,
  seed: string,
  remarks: string[],
): string {
  const [, first, last] = /^(\d*)~(\d*)$/.exec(part) ?? [];
  if (first !== undefined && last !== undefined) {
    const [min, max] = [first === "" ? field.min : Number(first), last === "" ? lastOf(field) : Number(last)];
    if (!(min <= max)) return part;
    const chosen = min + (hash(seed + part) % (max - min + 1));
    remarks.push(
      `${part} is a random ${field.name}, which cron chooses anew at its start: here it is ${chosen}`,
    );
    return String(chosen);
  }
  const [, from, step] = /^(\*|\w+)\/(\d+)$/.exec(part) ?? [];
  if (from === "*" && Number(step) > stepLimit(field)) {
    remarks.push(`${part} is ${field.min} alone: the steps begin anew in each ${largerThan(field)}`);
    return String(field.min);
  }
  if (from !== undefined && from !== "*") {
    if (reader === "cron")
      remarks.push(`${part} is ${from}-${lastOf(field)}/${step}, as supercronic reads it; cron refuses it`);
    return Number(step) > stepLimit(field) ? from : `${from}-${lastOf(field)}/${step}`;
  }
  const [, range, long] = /^(\w+-\w+)\/(\d+)$/.exec(part) ?? [];
  if (range !== undefined && Number(long) > stepLimit(field)) return range.split("-")[0] ?? range;
  return part;
}

function largerThan(field: CronField): string {
  const larger: Readonly<Record<string, string>> = { second: "minute", minute: "hour", hour: "day" };
  return larger[field.name] ?? (field.name === "month" ? "year" : field.name === "day" ? "month" : "week");
}

/** FNV-1a, of 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return value;
}
