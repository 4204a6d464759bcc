/** Thrown for a range such as `[9:1]` that Ansible refuses or that would silently yield no host. */
export class HostRangeError extends Error {
  override readonly name = "HostRangeError";
}

const RANGE = /\[([^[\]]*:[^[\]]*)\]/;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Expands the ranges of an inventory host pattern: `web[01:03]` → web01 web02 web03, `db[a:c]`, `n[1:9:4]`.
 * Several ranges in one name multiply. Source: Ansible's `expand_hostname_range`.
 *
 * @throws HostRangeError where a range is malformed or empty
 */
export function expandHostRange(pattern: string): string[] {
  const match = RANGE.exec(pattern);
  if (match === null) return [pattern];
  const [whole, body = ""] = match;
  const head = pattern.slice(0, match.index);
  const tails = expandHostRange(pattern.slice(match.index + whole.length));
  return expandBounds(body, whole).flatMap((item) => tails.map((tail) => head + item + tail));
}

function expandBounds(body: string, whole: string): string[] {
  const parts = body.split(":");
  const [begin = "", end = "", stepText] = parts;
  if (parts.length > 3) throw new HostRangeError(`range ${whole} has more than begin:end:step`);
  if (end === "") throw new HostRangeError(`range ${whole} has no end`);
  const step = stepText === undefined ? 1 : Number(stepText);
  if (!Number.isInteger(step) || step < 1)
    throw new HostRangeError(`range ${whole} has step "${stepText}", not a whole number from 1`);
  const items =
    isLetter(begin) && isLetter(end)
      ? letterRange(begin, end, step)
      : numberRange(begin || "0", end, step, whole);
  if (items.length === 0) throw new HostRangeError(`range ${whole} is empty: it begins after its end`);
  return items;
}

function numberRange(begin: string, end: string, step: number, whole: string): string[] {
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(end)) {
    throw new HostRangeError(`range ${whole} is neither numbers nor single letters`);
  }
  // A leading zero fixes the width, and then both ends must have it.
  const width = begin.startsWith("0") && begin.length > 1 ? begin.length : 0;
  if (width > 0 && end.length !== width) {
    throw new HostRangeError(`range ${whole} must have ends of equal length when it begins with a zero`);
  }
  const items: string[] = [];
  for (let i = Number(begin); i <= Number(end); i += step) items.push(String(i).padStart(width, "0"));
  return items;
}

function letterRange(begin: string, end: string, step: number): string[] {
  const items: string[] = [];
  for (let i = LETTERS.indexOf(begin); i <= LETTERS.indexOf(end); i += step) items.push(LETTERS.charAt(i));
  return items;
}

function isLetter(text: string): boolean {
  return text.length === 1 && LETTERS.includes(text);
}
