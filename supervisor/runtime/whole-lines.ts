const newline = 0x0a;

/** Turns a stream of bytes into blocks of whole lines, each block ending with a newline. */
export class WholeLines {
  private partial: Buffer[] = [];
  private partialBytes = 0;

  /** @param limit a line of more bytes than this is cut, so that memory stays bounded */
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

  /** The last line of a stream that ended without a newline. */
  end(): Buffer[] {
    return this.partialBytes === 0 ? [] : [this.complete(Buffer.of(newline))];
  }

  private keep(rest: Buffer, blocks: Buffer[]): void {
    this.partial.push(Buffer.from(rest));
    this.partialBytes += rest.length;
    if (this.partialBytes >= this.limit) blocks.push(...this.end());
  }

  private complete(rest: Buffer): Buffer {
    const block = Buffer.concat([...this.partial, rest]);
    this.partial = [];
    this.partialBytes = 0;
    return block;
  }
}
