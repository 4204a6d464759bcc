import { type OffsetAt, parsePosixZone } from "./posix-zone.ts";

/** Bytes of a header: the magic word, the version, and six counts (RFC 8536, section 3.1). */
const headerSize = 44;

/** What a file of compiled time zone data says (RFC 8536), as /etc/localtime is one; undefined where it is another file. */
export function parseZoneFile(bytes: Buffer): OffsetAt | undefined {
  try {
    if (bytes.toString("latin1", 0, 4) !== "TZif") return undefined;
    const version = bytes.readUInt8(4) - 0x30;
    // Newer files have everything twice: the second time with 64 bits.
    return version >= 2 ? readBlock(bytes, sizeOfBlock(bytes, 0, 4), 8) : readBlock(bytes, 0, 4);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Counts {
  readonly isUt: number;
  readonly isStandard: number;
  readonly leaps: number;
  readonly times: number;
  readonly types: number;
  readonly chars: number;
}

function readCounts(bytes: Buffer, at: number): Counts {
  const count = (index: number): number => bytes.readUInt32BE(at + 20 + 4 * index);
  return {
    isUt: count(0),
    isStandard: count(1),
    leaps: count(2),
    times: count(3),
    types: count(4),
    chars: count(5),
  };
}

function sizeOfBlock(bytes: Buffer, at: number, width: number): number {
  const { isUt, isStandard, leaps, times, types, chars } = readCounts(bytes, at);
  return headerSize + times * (width + 1) + types * 6 + chars + leaps * (width + 4) + isStandard + isUt;
}

function readBlock(bytes: Buffer, at: number, width: 4 | 8): OffsetAt {
  const { times, types } = readCounts(bytes, at);
  const start = at + headerSize;
  const kinds = start + times * width;
  const offsetOf = (type: number): number => bytes.readInt32BE(kinds + times + type * 6);
  const timeOf = (index: number): number =>
    width === 8 ? Number(bytes.readBigInt64BE(start + index * 8)) : bytes.readInt32BE(start + index * 4);
  const changes = Array.from({ length: times }, (_, index) => ({
    time: timeOf(index) * 1_000,
    offset: offsetOf(bytes.readUInt8(kinds + index)),
  }));
  const footer = bytes.toString("latin1", at + sizeOfBlock(bytes, at, width)).split("\n")[1] ?? "";
  const later = width === 8 ? parsePosixZone(footer) : undefined;
  const first = types > 0 ? offsetOf(0) : 0;
  return (time) => {
    if (later !== undefined && time >= (changes.at(-1)?.time ?? Number.NEGATIVE_INFINITY)) return later(time);
    return changes.findLast((change) => change.time <= time)?.offset ?? first;
  };
}
