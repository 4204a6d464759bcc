/** Colours and other attributes of characters, which a terminal may be given; what else a control character does it may not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const COLOUR = /(\u001b\[[\d;:]*m)/;
/** C0 without tab and newline, DEL and C1 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
/**
 * Characters that reorder, break or hide a line: the bidirectional controls (Unicode TR 36, "Bidirectional Text Spoofing"),
 * separators of lines and paragraphs, zero-width ones that no script needs, interlinear annotations and tags.
 */
const DECEIVING =
  /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/**
 * A line as a terminal may show it: what a task or a host has written must not move the cursor, change the title, write over
 * other lines or turn their order round. Colours and tabs stay; every other control character is shown as `cat -v` does, but
 * for that of a line's end, and a character that deceives as its number.
 */
export function makeVisible(line: string): string {
  return line
    .replace(/\r$/, "")
    .split(COLOUR)
    .map((part, index) => (index % 2 === 1 ? part : makeOneLine(part)))
    .join("");
}

/** Text of one or more lines without colours of its own: only tabs and the ends of its lines act. */
export function makePlain(text: string): string {
  return text.replace(/\r$/gm, "").replace(CONTROL, showControl).replace(DECEIVING, showNumber);
}

/** As {@link makePlain} for text that has one line: an end of line in it is shown too. */
export function makeOneLine(text: string): string {
  return text.replace(CONTROL, showControl).replaceAll("\n", showControl).replace(DECEIVING, showNumber);
}

/** JSON in which no character acts on a terminal: `JSON.stringify` leaves DEL, C1 and those that deceive as they are. */
export function makeJson(value: unknown, indent?: number): string {
  return escapeJson(JSON.stringify(value, null, indent));
}

/** As {@link makeJson} for a text that is JSON already, on one or more lines: it says the same. */
export function escapeJson(json: string): string {
  return json.replace(CONTROL, escapeUnits).replace(DECEIVING, escapeUnits);
}

function showControl(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0x80) return `M-^${String.fromCharCode(code - 0x40)}`;
  return `^${String.fromCharCode(code ^ 0x40)}`;
}

function showNumber(character: string): string {
  return `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
}

function escapeUnits(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`,
  ).join("");
}
