const formats = new Map<string, Intl.DateTimeFormat>();

/** An instant in a time zone with its offset, as ISO 8601: `2026-03-29T03:00:00+02:00`. Undefined is the system's zone. */
export function formatLocalTime(time: number, timezone: string | undefined): string {
  const key = timezone ?? "";
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: timezone,
      dateStyle: "short",
      timeStyle: "medium",
    });
    formats.set(key, format);
  }
  const local = format.format(time).replace(" ", "T");
  const offset = Math.round((Date.parse(`${local}Z`) - Math.floor(time / 1_000) * 1_000) / 60_000);
  return `${local}${formatOffset(offset)}`;
}

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  const pad = (value: number): string => String(value).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}
