import { countLines, type LogBlock, type LogLine, linesOf } from "../runtime/output/tail-buffer.ts";
import type { Batch, Piece } from "./ndjson.ts";

/** So many bytes of a block become text at a time, and the rest of their last line (a block may be 131,000 lines of two bytes). */
const pieceSize = 8_192;
const newline = 0x0a;

/**
 * The lines of a block for all who follow. They are counted, and made into text, only as far as somebody wants that, and once
 * for all of them.
 *
 * @param block valid as long as the call that hands it on: its memory is used again
 */
export function batchOf(block: LogBlock, toText: (lines: LogLine[]) => Buffer): Batch {
  const pieces: Piece[] = [];
  let start = 0;
  const next = (): Piece | undefined => {
    if (start >= block.bytes.length) return undefined;
    const end = block.bytes.indexOf(newline, start + pieceSize - 1) + 1;
    const part = { ...block, bytes: block.bytes.subarray(start, end === 0 ? undefined : end) };
    start += part.bytes.length;
    return pieceOf(part, toText);
  };
  let count: number | undefined;
  return {
    count: () => {
      count ??= countLines(block);
      return count;
    },
    *pieces() {
      for (let index = 0; ; index += 1) {
        const piece = pieces[index] ?? next();
        if (piece === undefined) return;
        pieces[index] = piece;
        yield piece;
      }
    },
  };
}

function pieceOf(part: LogBlock, toText: (lines: LogLine[]) => Buffer): Piece {
  let text: Buffer | undefined;
  return {
    count: countLines(part),
    lines: () => {
      text ??= toText(linesOf(part));
      return text;
    },
  };
}
