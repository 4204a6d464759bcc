/** Colours and other attributes of characters, which a terminal may be given; what else a control character does it may not. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const harmless = /(\u001b\[[\d;:]*m)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
const control = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g;

/**
 * A line as a terminal may show it: what a task has written must not move the cursor, change the title or write over other
 * lines. Colours and tabs stay; every other control character is shown as `cat -v` does, but for that of a line's end.
 */
export function makeVisible(line: string): string {
  return line
    .replace(/\r$/, "")
    .split(harmless)
    .map((part, index) => (index % 2 === 1 ? part : part.replace(control, showControl)))
    .join("");
}

function showControl(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0x80) return `M-^${String.fromCharCode(code - 0x40)}`;
  return `^${String.fromCharCode(code ^ 0x40)}`;
}
