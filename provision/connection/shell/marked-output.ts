import type { Mark } from "./envelope.ts";

/** A mark is no longer than this behind its token: `E255;` */
const LONGEST = 5;

/** What a part of an output is. */
export interface OutputParts {
  /** what others printed: the login shell's files, sudo */
  noise(bytes: Buffer): void;
  /** what the command itself printed */
  text(bytes: Buffer): void;
  mark(mark: Mark): void;
}

/** Takes an output apart at the marks of an Envelope. Safe for marks that are cut between chunks. */
export class MarkedOutput {
  private readonly token: Buffer;
  private readonly parts: OutputParts;
  private held: Buffer = Buffer.alloc(0);
  private isInside = false;

  constructor(token: string, parts: OutputParts) {
    this.token = Buffer.from(token);
    this.parts = parts;
  }

  write(chunk: Buffer): void {
    let rest = this.held.length === 0 ? chunk : Buffer.concat([this.held, chunk]);
    for (let at = rest.indexOf(this.token); at >= 0; at = rest.indexOf(this.token)) {
      const behind = at + this.token.length;
      const letters = rest.subarray(behind, behind + LONGEST).toString("latin1");
      const [whole, kind, code] = /^(?:([LSPB])|E(\d{1,3});)/.exec(letters) ?? [];
      if (whole === undefined && letters.length < LONGEST) {
        this.hold(rest, at);
        return;
      }
      this.emit(rest.subarray(0, at));
      if (whole !== undefined) this.mark(kind as "B" | undefined, code);
      rest = rest.subarray(behind + (whole?.length ?? 0));
    }
    this.hold(rest, rest.length - this.lengthOfBeginning(rest));
  }

  /** To be called at the end of the output. */
  end(): void {
    this.emit(this.held);
    this.held = Buffer.alloc(0);
  }

  /** What has come and has not been given out. */
  takeRest(): Buffer {
    const rest = this.held;
    this.held = Buffer.alloc(0);
    return rest;
  }

  private mark(kind: "L" | "S" | "P" | "B" | undefined, code: string | undefined): void {
    this.isInside = kind === "B";
    this.parts.mark(kind === undefined ? { kind: "E", code: Number(code) } : { kind });
  }

  private hold(bytes: Buffer, from: number): void {
    this.emit(bytes.subarray(0, from));
    this.held = bytes.subarray(from);
  }

  private emit(bytes: Buffer): void {
    if (bytes.length === 0) return;
    if (this.isInside) this.parts.text(bytes);
    else this.parts.noise(bytes);
  }

  /** So many bytes at the end may be the beginning of a token. */
  private lengthOfBeginning(bytes: Buffer): number {
    for (let length = Math.min(this.token.length - 1, bytes.length); length > 0; length--)
      if (bytes.subarray(bytes.length - length).equals(this.token.subarray(0, length))) return length;
    return 0;
  }
}
