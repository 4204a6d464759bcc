import { write } from "node:fs";
import type { OutputSettings } from "../config/output.ts";
import { formatBlock } from "./output-format.ts";
import type { LogBlock } from "./tail-buffer.ts";

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
  /** bytes that a full disk has not taken since something was written last, and whether that was a part of a line */
  private lost = 0;
  private isLineCut = false;
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

  /** A message of the supervisor itself. */
  log(message: string): void {
    const bytes = Buffer.from(`${message}\n`);
    this.queue(formatBlock("longshored", { at: Date.now(), stream: "stderr", bytes }, this.settings));
  }

  /** Queues lines; false asks the source to pause until `onRoom` calls back. */
  write(name: string, block: LogBlock): boolean {
    return this.queue(formatBlock(name, block, this.settings));
  }

  onRoom(resume: () => void): void {
    this.resumers.push(resume);
  }

  /** Resolves once everything that was queued has been written. */
  drain(): Promise<void> {
    if (!this.writing) return Promise.resolve();
    return new Promise((resolve) => this.drained.push(resolve));
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
    write(this.fd, block, (error, written) => {
      if (error?.code === "EAGAIN") {
        // Somebody made this descriptor non-blocking for everyone who shares it.
        setTimeout(() => this.writeBlock(block, queued), 10);
        return;
      }
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

  private noticeOfLoss(): Buffer {
    const bytes = Buffer.from(`${this.lost} bytes of this output were lost: the disk was full\n`);
    const notice = formatBlock("longshored", { at: Date.now(), stream: "stderr", bytes }, this.settings);
    return this.isLineCut ? Buffer.concat([Buffer.of(newline), notice]) : notice;
  }

  private finishBlock(length: number): void {
    this.waitingBytes = this.broken ? 0 : this.waitingBytes - length;
    if (this.broken) this.waiting = [];
    this.writing = false;
    this.flush();
    if (this.waitingBytes < highWater / 2) for (const resume of this.resumers.splice(0)) resume();
    if (!this.writing) for (const done of this.drained.splice(0)) done();
  }
}
