const newline = 0x0a;

/** Turns a stream of bytes into blocks of whole lines, each block ending with a newline. */
export class WholeLines {
  private partial: Buffer[] = [];
  private partialBytes = 0;

  /** @param limit a line of more bytes than this is cut, so that memory stays bounded */
  constructor(private readonly limit = 65_536) {}

  /** The lines that a chunk completes, or undefined when it completes none. The bytes are copied. */
  push(chunk: Buffer): Buffer | undefined {
    const end = chunk.lastIndexOf(newline) + 1;
    const block = end === 0 ? undefined : this.take(chunk.subarray(0, end));
    if (end < chunk.length) {
      this.partial.push(Buffer.from(chunk.subarray(end)));
      this.partialBytes += chunk.length - end;
    }
    if (this.partialBytes < this.limit) return block;
    const cut = this.end();
    return block === undefined || cut === undefined ? (block ?? cut) : Buffer.concat([block, cut]);
  }

  /** The last line of a stream that ended without a newline. */
  end(): Buffer | undefined {
    return this.partialBytes === 0 ? undefined : this.take(Buffer.of(newline));
  }

  private take(rest: Buffer): Buffer {
    const block = Buffer.concat([...this.partial, rest]);
    this.partial = [];
    this.partialBytes = 0;
    return block;
  }
}

/** Puts a prefix before every line of a block that ends with a newline. */
export function prefixLines(block: Buffer, prefix: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let start = 0; start < block.length; ) {
    const end = block.indexOf(newline, start) + 1 || block.length;
    parts.push(prefix, block.subarray(start, end));
    start = end;
  }
  return Buffer.concat(parts);
}
