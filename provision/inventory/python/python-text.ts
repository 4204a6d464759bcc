// What Python's str.splitlines and str.strip know, and JavaScript's split and trim do not (or the other way round).
const LINE_ENDS = ["\r\n", "[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]"];
const LINE_END = new RegExp(LINE_ENDS.join("|"));
const BLANK =
  "[\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const IS_BLANK = new RegExp(BLANK);

/** The lines of a text, as Python's `str.splitlines`. */
export function splitLines(text: string): string[] {
  return text.split(LINE_END);
}

/** The text without the blanks around it, as Python's `str.strip`. */
export function strip(text: string): string {
  // An expression for the end would look at every run of blanks from each of its characters.
  let [start, end] = [0, text.length];
  while (start < end && IS_BLANK.test(text.charAt(start))) start += 1;
  while (end > start && IS_BLANK.test(text.charAt(end - 1))) end -= 1;
  return text.slice(start, end);
}
