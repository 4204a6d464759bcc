import { isUtf8 } from "node:buffer";

const strayByte = /[\udc80-\udcff]/u;
const longestCharacter = 4;

/**
 * Bytes as text that {@link encodeText} turns into the very same bytes. What is not UTF-8, as a name in Latin-1, becomes
 * lone surrogates, U+DC80 to U+DCFF, as in Python (PEP 383).
 */
export function decodeBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    text +=
      length === 0 ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0)) : bytes.toString("utf8", at, at + length);
    at += length || 1;
  }
  return text;
}

/** The bytes of a text, with those that {@link decodeBytes} has marked as they were. */
export function encodeText(text: string): Buffer {
  if (!strayByte.test(text)) return Buffer.from(text);
  const parts = text.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    parts.map((part) => (strayByte.test(part) ? Buffer.of(part.charCodeAt(0) - 0xdc00) : Buffer.from(part))),
  );
}

/** A text as koffi takes a string for the system: itself, or where it has bytes that are no UTF-8 these, ended by a NUL. */
export function terminate(text: string): string | Buffer {
  return strayByte.test(text) ? encodeText(`${text}\0`) : text;
}

/** The length of the UTF-8 character that begins here; 0 where none does. */
function characterLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= longestCharacter && at + length <= bytes.length; length += 1)
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  return 0;
}
