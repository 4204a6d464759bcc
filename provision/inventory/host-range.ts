/** Thrown for a range such as `[9:1]` that Ansible refuses, or from which it would silently make no host. */
export class HostRangeError extends Error {
  override readonly name = "HostRangeError";
}

/** More names than this on one line are a slip of the keyboard, and would fill the memory. */
const MOST_NAMES = 100_000;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/**
 * Expands the ranges of a host pattern: `web[01:03]` → web01 web02 web03, `db[a:c]`, `n[1:9:4]` → n1 n5 n9.
 * Several ranges in one name multiply, the last one turning fastest. Rules: Ansible's `expand_hostname_range`, except that
 * an empty range is refused.
 *
 * @throws HostRangeError where a range is malformed, empty or enormous
 */
export function expandHostRange(pattern: string): string[] {
  const ranges: { head: string; items: string[] }[] = [];
  let rest = pattern;
  for (let open = rest.indexOf("["); open >= 0; open = rest.indexOf("[")) {
    const close = rest.indexOf("]");
    if (close < open) throw new HostRangeError(`the brackets of "${rest}" do not match`);
    const whole = rest.slice(open, close + 1);
    ranges.push({ head: rest.slice(0, open), items: expandBounds(whole.slice(1, -1).split(":"), whole) });
    rest = rest.slice(close + 1);
  }
  let tails = [rest];
  for (const { head, items } of ranges.reverse()) {
    if (items.length * tails.length > MOST_NAMES) {
      throw new HostRangeError(`"${pattern}" makes more than ${MOST_NAMES} hosts`);
    }
    tails = items.flatMap((item) => tails.map((tail) => head + item + tail));
  }
  return tails;
}

function expandBounds(parts: string[], whole: string): string[] {
  const [begin = "", end, stepText = "1"] = parts;
  if (end === undefined || parts.length > 3) {
    throw new HostRangeError(`range ${whole} is not begin:end or begin:end:step`);
  }
  if (end === "") throw new HostRangeError(`range ${whole} has no end`);
  if (!/^\d+$/.test(stepText) || Number(stepText) < 1) {
    throw new HostRangeError(`range ${whole} has the step "${stepText}", not a whole number from 1`);
  }
  const isLetters = isLetter(begin) && isLetter(end);
  const items = isLetters
    ? letterRange(begin, end, Number(stepText))
    : numberRange(begin === "" ? "0" : begin, end, Number(stepText), whole);
  if (items.length === 0) throw new HostRangeError(`range ${whole} is empty: it begins after its end`);
  return items;
}

function numberRange(begin: string, end: string, step: number, whole: string): string[] {
  if (!/^\d+$/.test(begin) || !/^\d+$/.test(end)) {
    throw new HostRangeError(`range ${whole} is neither of numbers nor of single letters`);
  }
  // A leading zero fixes the width, and then both ends must have it.
  const width = begin.length > 1 && begin.startsWith("0") ? begin.length : 0;
  if (width > 0 && end.length !== width) {
    throw new HostRangeError(`range ${whole} begins with a zero: both ends must have the same length`);
  }
  if ((Number(end) - Number(begin)) / step >= MOST_NAMES) {
    throw new HostRangeError(`range ${whole} makes more than ${MOST_NAMES} hosts`);
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
