import { startOfCharacters } from "./character-cut.ts";

/** Where a line came from. */
export type StreamName = "stdout" | "stderr";

/** Lines that arrived together. */
export interface LogBlock {
  /** milliseconds of the wall clock */
  readonly at: number;
  readonly stream: StreamName;
  /** whole lines */
  readonly bytes: Buffer;
}

/** One line, without its newline. */
export interface LogLine {
  readonly at: number;
  readonly stream: StreamName;
  readonly text: string;
}

const newline = 0x0a;

/** The last lines that a task wrote, in bounded memory. */
export class TailBuffer {
  private blocks: LogBlock[] = [];
  private bytes = 0;

  constructor(private readonly limit = 65_536) {}

  /** Keeps a copy of the block's last lines: of a flood only so much of each block that it costs little. */
  push({ at, stream, bytes }: LogBlock): void {
    const start = this.findStart(bytes);
    this.blocks.push({ at, stream, bytes: Buffer.from(bytes.subarray(start)) });
    this.bytes += bytes.length - start;
    while (this.blocks.length > 1 && this.bytes - (this.blocks[0]?.bytes.length ?? 0) >= this.limit) {
      this.bytes -= this.blocks.shift()?.bytes.length ?? 0;
    }
  }

  private findStart(bytes: Buffer): number {
    const most = this.limit / 8;
    if (bytes.length <= most) return 0;
    const start = bytes.indexOf(newline, bytes.length - most) + 1;
    // Of a single line that is longer than that, its end.
    return start < bytes.length ? start : startOfCharacters(bytes, bytes.length - most);
  }

  /** The last `count` lines, oldest first. */
  read(count: number): LogLine[] {
    const lines: LogLine[] = [];
    for (const block of this.blocks.toReversed()) {
      if (lines.length >= count) break;
      lines.unshift(...linesOf(block));
    }
    return count === 0 ? [] : lines.slice(-count);
  }
}

/** How many lines {@link linesOf} would make of a block. */
export function countLines({ bytes }: LogBlock): number {
  let count = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) count += 1;
  return count;
}

/** The lines of a block; bytes that are not UTF-8 show as U+FFFD. */
export function linesOf({ at, stream, bytes }: LogBlock): LogLine[] {
  const text = bytes.toString("utf8");
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => ({ at, stream, text: line }));
}
