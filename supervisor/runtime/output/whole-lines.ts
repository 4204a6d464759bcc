import { endOfCharacters } from "./character-cut.ts";

const newline = Buffer.from("\n");

/** Turns a stream of bytes into blocks of whole lines, each block ending with a newline. */
export class WholeLines {
  private partial: Buffer[] = [];
  private partialBytes = 0;

  /** @param limit a line of more bytes than this is cut, between two characters, so that memory stays bounded */
  constructor(private readonly limit = 65_536) {}

  /** The lines that a chunk completes, in order. What can be is a view of the chunk, not a copy. */
  push(chunk: Buffer): Buffer[] {
    const blocks: Buffer[] = [];
    let start = 0;
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > 0 && this.partialBytes > 0) {
      start = chunk.indexOf(newline) + 1;
      blocks.push(this.complete(chunk.subarray(0, start)));
    }
    if (start < end) blocks.push(chunk.subarray(start, end));
    if (end < chunk.length) this.keep(chunk.subarray(end), blocks);
    return blocks;
  }

  /** Whether a line has begun and not ended. */
  get hasPartial(): boolean {
    return this.partialBytes > 0;
  }

  /** The line that has begun, as if it had ended; but for a character of which a part is still to come. */
  cut(): Buffer[] {
    const text = Buffer.concat(this.partial);
    const end = endOfCharacters(text, text.length);
    this.forget();
    if (end < text.length) this.hold(text.subarray(end));
    return end === 0 ? [] : [Buffer.concat([text.subarray(0, end), newline])];
  }

  /** The last line of a stream that ended without a newline. */
  end(): Buffer[] {
    return this.partialBytes === 0 ? [] : [this.complete(newline)];
  }

  private keep(rest: Buffer, blocks: Buffer[]): void {
    this.hold(Buffer.from(rest));
    if (this.partialBytes >= this.limit) blocks.push(...this.cut());
  }

  private hold(bytes: Buffer): void {
    this.partial.push(bytes);
    this.partialBytes += bytes.length;
  }

  private complete(rest: Buffer): Buffer {
    const block = Buffer.concat([...this.partial, rest]);
    this.forget();
    return block;
  }

  private forget(): void {
    this.partial = [];
    this.partialBytes = 0;
  }
}
