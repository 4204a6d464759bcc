import type { Readable, Writable } from "node:stream";
import type { Mark } from "./envelope.ts";
import { MarkedOutput } from "./marked-output.ts";

/** A program that was started on the host: its streams, and how it ends. */
export interface Started {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** the exit code; undefined where the connection went away */
  exit: Promise<number | undefined>;
  /** ends it, as far as that can be done from here */
  kill(): void;
}

/** As many bytes of the words before a command as are kept. */
const KEPT = 16_384;

/** Follows the marks of an envelope on both outputs of a program, and answers sudo's question. */
export class Conversation {
  /** the login shell has run us */
  isIn = false;
  hasSudo = true;
  /** so often has sudo asked for the password */
  asked = 0;
  /** the command itself has begun */
  hasBegun = false;
  /** the command's own exit code, as soon as it has ended */
  code: number | undefined;
  /** what was said before the command began: by the login shell, and then by sudo */
  words = "";
  private readonly onBegin: (() => void)[] = [];

  constructor(
    readonly started: Started,
    readonly password: string | undefined,
  ) {}

  /** Resolves when the command begins. */
  begun(): Promise<void> {
    return this.hasBegun ? Promise.resolve() : new Promise((resolve) => this.onBegin.push(resolve));
  }

  /** @param text takes what the command itself prints */
  readStdout(token: string, text: (bytes: Buffer) => void): MarkedOutput {
    return new MarkedOutput(token, { noise: this.hear, text, mark: (mark) => this.note(mark) });
  }

  /** The same for stderr, on which sudo asks. */
  readStderr(token: string, text: (bytes: Buffer) => void): MarkedOutput {
    const mark = ({ kind }: Mark) => {
      if (kind === "P") this.answer();
    };
    return new MarkedOutput(token, { noise: this.hear, text, mark });
  }

  private note(mark: Mark): void {
    if (mark.kind === "L") {
      this.isIn = true;
      this.words = "";
    }
    if (mark.kind === "S") this.hasSudo = false;
    if (mark.kind === "E") this.code = mark.code;
    if (mark.kind !== "B") return;
    this.isIn = true;
    this.hasBegun = true;
    for (const resolve of this.onBegin.splice(0)) resolve();
  }

  /** Once: a second question means that the answer was wrong, and there is no other. */
  private answer(): void {
    this.asked++;
    if (this.asked === 1) this.started.stdin.write(`${this.password ?? ""}\n`);
    else this.started.stdin.end();
  }

  private hear = (bytes: Buffer): void => {
    if (!this.hasBegun) this.words = (this.words + bytes.toString("utf8")).slice(-KEPT);
  };
}
