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

/** The last lines that a task wrote, in bounded memory. */
export class TailBuffer {
  private blocks: LogBlock[] = [];
  private bytes = 0;

  constructor(private readonly limit = 65_536) {}

  push(block: LogBlock): void {
    this.blocks.push(block);
    this.bytes += block.bytes.length;
    while (this.blocks.length > 1 && this.bytes - (this.blocks[0]?.bytes.length ?? 0) >= this.limit) {
      this.bytes -= this.blocks.shift()?.bytes.length ?? 0;
    }
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

/** The lines of a block; bytes that are not UTF-8 show as U+FFFD. */
export function linesOf({ at, stream, bytes }: LogBlock): LogLine[] {
  const text = bytes.toString("utf8");
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => ({ at, stream, text: line }));
}
