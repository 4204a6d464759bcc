/** Reads the data types of the SSH protocol (RFC 4251, 5) one after another. Throws RangeError where the bytes end early. */
export class WireReader {
  private at = 0;

  constructor(readonly bytes: Buffer) {}

  get position(): number {
    return this.at;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  readBytes(length: number): Buffer {
    const end = this.at + length;
    if (end > this.bytes.length) throw new RangeError("the data ends early");
    const bytes = this.bytes.subarray(this.at, end);
    this.at = end;
    return bytes;
  }

  readUint32(): number {
    return this.readBytes(4).readUInt32BE();
  }

  readUint64(): bigint {
    return this.readBytes(8).readBigUInt64BE();
  }

  readString(): Buffer {
    return this.readBytes(this.readUint32());
  }

  readText(): string {
    return this.readString().toString("utf8");
  }

  /** A positive mpint, without the zero before it that is its sign; in its only form: another is no mpint (RangeError). */
  readPositive(): Buffer {
    const bytes = this.readString();
    const [first = 0, second = 0] = bytes;
    if (first >= 0x80) throw new RangeError("the number is negative");
    if (first > 0) return bytes;
    if (second < 0x80) throw new RangeError("the number is zero, or has needless zeros before it");
    return bytes.subarray(1);
  }

  /** A name-list: names separated by commas. */
  readNames(): string[] {
    return this.readText().split(",");
  }
}

/** A string of the SSH protocol: its length, then its bytes. */
export function wireString(content: Buffer | string): Buffer {
  const bytes = Buffer.from(content as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
