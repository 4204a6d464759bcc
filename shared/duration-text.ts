/** Milliseconds in each unit that Go's and Compose's durations know, plus days and weeks as systemd has them. */
const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
/** The units that a duration is written in, the largest first. */
const writtenUnits = Object.entries(units)
  .filter(([unit]) => unit !== "w")
  .reverse();
const part = /(\d+(?:\.\d+)?)(ms|[smhdw])/y;

/**
 * Milliseconds of a duration as Compose writes it: `10s`, `1m30s`, `500ms`, `1.5h`, `7d`; a bare number is seconds.
 * Undefined when the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text) * 1_000;
  let total = 0;
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return undefined;
    total += Number(match[1]) * (units[match[2] ?? ""] ?? Number.NaN);
  }
  return text === "" ? undefined : Math.round(total);
}

/** The shortest text that {@link parseDuration} reads back: 90000 becomes `1m30s`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.round(milliseconds);
  if (rest === 0) return "0s";
  let text = "";
  for (const [unit, size] of writtenUnits) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}
