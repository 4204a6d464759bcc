const longestRest = 3;

/**
 * The end of the last whole UTF-8 character before a place in a text: this place, or up to three bytes earlier. Bytes that are
 * no UTF-8 may be cut anywhere.
 */
export function endOfCharacters(bytes: Buffer, place: number): number {
  for (let back = 1; back <= Math.min(longestRest, place); back += 1) {
    const byte = bytes[place - back] ?? 0;
    if (isContinuation(byte)) continue;
    return lengthFrom(byte) > back ? place - back : place;
  }
  return place;
}

/** The beginning of the first whole character from a place in a text on: this place, or up to three bytes later. */
export function startOfCharacters(bytes: Buffer, place: number): number {
  for (let skip = 0; skip <= longestRest && place + skip <= bytes.length; skip += 1)
    if (!isContinuation(bytes[place + skip] ?? 0)) return place + skip;
  return place;
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** How many bytes a character has that begins with this one (RFC 3629). */
function lengthFrom(byte: number): number {
  if (byte >= 0xf0 && byte <= 0xf4) return 4;
  if (byte >= 0xe0 && byte < 0xf0) return 3;
  return byte >= 0xc2 && byte < 0xe0 ? 2 : 1;
}
