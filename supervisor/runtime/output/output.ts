import { write } from "node:fs";
import type { OutputSettings } from "../../config/output.ts";
import { formatBlock } from "./output-format.ts";
import type { LogBlock } from "./tail-buffer.ts";

/** So many bytes are written at once (at most): what a slow reader takes is seen by then. */
const pieceSize = 262_144;
/** Who takes nothing for this long (ms) at the end of longshored does not read any more. */
const stall = 1_000;
/** Above this many waiting bytes the sources are asked to pause; below half of it they go on. */
const highWater = 1_048_576;
const newline = 0x0a;
/** Errors of a file on a disk that is full, which may pass. */
const passing: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/**
 * Writes whole lines to a file descriptor, in order and without blocking the supervisor: a reader that stalls
 * (a terminal, a container engine) holds up the tasks that write, and nothing else.
 */
export class Output {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private writing = false;
  private broken = false;
  /** bytes, since the beginning */
  private written = 0;
  /** bytes that a full disk has not taken since something was written last, and whether that was a part of a line */
  private lost = 0;
  private isLineCut = false;
  /** messages of the supervisor itself, since nobody reads */
  private leftOut = 0;
  private resumers: (() => void)[] = [];
  private drained: (() => void)[] = [];

  constructor(
    private readonly fd: number,
    private settings: OutputSettings,
  ) {}

  /** How lines look from now on. */
  use(settings: OutputSettings): void {
    this.settings = settings;
  }

  /** A message of the supervisor itself. Where nobody reads, it is left out in the end: tasks can be made to wait, it cannot. */
  log(message: string): void {
    if (this.waitingBytes < 2 * highWater) this.queue(this.formatOwn(message));
    else this.leftOut += 1;
  }

  private formatOwn(message: string): Buffer {
    const bytes = Buffer.from(`${message}\n`);
    return formatBlock("longshored", { at: Date.now(), stream: "stderr", bytes }, this.settings);
  }

  /** Queues lines; false asks the source to pause until `onRoom` calls back. */
  write(name: string, block: LogBlock): boolean {
    return this.queue(formatBlock(name, block, this.settings));
  }

  onRoom(resume: () => void): void {
    this.resumers.push(resume);
  }

  /**
   * Resolves once everything that was queued has been written, after `patience` (ms), or when nobody takes anything any more.
   * @returns whether everything has been written; otherwise a write is still under way, which holds up `process.exit`
   */
  async drain(patience: number): Promise<boolean> {
    const deadline = performance.now() + patience;
    let before = -1;
    for (let rest = patience; this.writing && rest > 0 && this.written !== before; ) {
      before = this.written;
      await this.settle(Math.min(rest, stall));
      rest = deadline - performance.now();
    }
    return !this.writing;
  }

  private settle(patience: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.drained.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private queue(lines: Buffer): boolean {
    if (this.broken) return true;
    this.waitingBytes += lines.length;
    this.waiting.push(lines);
    this.flush();
    return this.waitingBytes < highWater;
  }

  private flush(): void {
    if (this.writing || this.waiting.length === 0) return;
    const lines = Buffer.concat(this.waiting);
    this.waiting = [];
    this.writing = true;
    const block = this.lost === 0 ? lines : Buffer.concat([this.noticeOfLoss(), lines]);
    this.writeBlock(block, lines.length);
  }

  /** @param queued how many bytes of the block have been waiting */
  private writeBlock(block: Buffer, queued: number): void {
    write(this.fd, block, 0, Math.min(block.length, pieceSize), null, (error, written) => {
      if (error?.code === "EAGAIN") {
        // Somebody made this descriptor non-blocking for everyone who shares it.
        setTimeout(() => this.writeBlock(block, queued), 10);
        return;
      }
      this.written += written;
      if (error === null && written > 0) {
        this.lost = 0;
        this.isLineCut = block[written - 1] !== newline;
      }
      if (error === null && written < block.length) {
        this.writeBlock(block.subarray(written), queued);
        return;
      }
      // Nobody reads any more: the tasks go on without an audience. On a full disk only this block is lost.
      if (error !== null && passing.has(error.code ?? "")) this.lost += Math.min(block.length, queued);
      else if (error !== null) this.broken = true;
      this.finishBlock(queued);
    });
  }

  private tellOfLeftOut(): void {
    const count = this.leftOut;
    this.leftOut = 0;
    this.log(`${count} messages of longshored are left out here: nobody read them`);
  }

  private noticeOfLoss(): Buffer {
    const notice = this.formatOwn(`${this.lost} bytes of this output were lost: the disk was full`);
    return this.isLineCut ? Buffer.concat([Buffer.of(newline), notice]) : notice;
  }

  private finishBlock(length: number): void {
    this.waitingBytes = this.broken ? 0 : this.waitingBytes - length;
    if (this.broken) this.waiting = [];
    this.writing = false;
    if (this.leftOut > 0 && this.waitingBytes < highWater) this.tellOfLeftOut();
    this.flush();
    if (this.waitingBytes < highWater / 2) for (const resume of this.resumers.splice(0)) resume();
    if (!this.writing) for (const done of this.drained.splice(0)) done();
  }
}
