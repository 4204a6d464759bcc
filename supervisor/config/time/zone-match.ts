import type { OffsetAt } from "./posix-zone.ts";

const day = 86_400_000;
/** How far a zone has to agree with a rule: so long as anybody has decided it (days). */
const reach = 3 * 365;

/**
 * A time zone of the IANA's whose clocks show the same as those of a rule, from now on for three years: Node knows no other
 * ones. Undefined where there is none.
 * @param preferred is taken where it agrees
 */
export function findZoneLike(rule: OffsetAt, now: number, preferred: string | undefined): string | undefined {
  const changes = listChanges(rule, now);
  // From few instants to many: most zones differ soon.
  const instants = [now, now + 90 * day, now + 180 * day, now + 270 * day];
  for (const change of changes) instants.push(change - 1_000, change);
  for (let days = 0; days < reach; days += 7) instants.push(now + days * day);
  const hours = rule(now) / 3_600;
  const fixed = changes.length === 0 && Number.isInteger(hours) && hours >= -12 && hours <= 14;
  const own = fixed ? [hours === 0 ? "UTC" : `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`] : [];
  const candidates = [...(preferred ? [preferred] : []), ...own, ...Intl.supportedValuesOf("timeZone")];
  return candidates.find((zone) => {
    const offsetAt = offsetsOf(zone);
    return instants.every((instant) => offsetAt(instant) === rule(instant));
  });
}

/** When a rule's clocks change, to the second. */
function listChanges(rule: OffsetAt, now: number): number[] {
  const changes: number[] = [];
  const start = Math.floor(now / 1_000) * 1_000;
  for (let at = start; at < now + reach * day; at += 7 * day) {
    let [low, high] = [at, at + 7 * day];
    if (rule(low) === rule(high)) continue;
    while (high - low > 1_000) {
      const middle = low + Math.floor((high - low) / 2_000) * 1_000;
      if (rule(middle) === rule(low)) low = middle;
      else high = middle;
    }
    changes.push(high);
  }
  return changes;
}

function offsetsOf(zone: string): OffsetAt {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" });
  return (time) => {
    const text = format.formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ?? "";
    const [, sign, hours, minutes, seconds = "0"] = /([+-])(\d+):(\d+)(?::(\d+))?/.exec(text) ?? [];
    if (hours === undefined) return 0;
    return (sign === "-" ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds));
  };
}
