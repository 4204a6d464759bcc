import type { Readable } from "node:stream";
import type { Output } from "./output.ts";
import { type LogBlock, type StreamName, TailBuffer } from "./tail-buffer.ts";
import { prefixLines, WholeLines } from "./whole-lines.ts";

/** Takes what an instance writes to the supervisor's output, line by line, and keeps the last lines. */
export class Capture {
  readonly tail = new TailBuffer();
  private readonly followers = new Set<(block: LogBlock) => void>();

  constructor(private readonly output: Output) {}

  /** Reads a stream to its end. Its lines are never mixed with those of another stream. */
  read(readable: Readable, stream: StreamName, name: string): void {
    const prefix = Buffer.from(`${name} | `);
    const lines = new WholeLines();
    readable.on("data", (chunk: Buffer) => this.take(readable, stream, prefix, lines.push(chunk)));
    readable.on("end", () => this.take(readable, stream, prefix, lines.end()));
    // A reset pipe ends like any other: what was written is here.
    readable.on("error", () => readable.destroy());
  }

  /** Calls back with every further block of lines; the result ends that. */
  follow(follower: (block: LogBlock) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  private take(readable: Readable, stream: StreamName, prefix: Buffer, bytes: Buffer | undefined): void {
    if (bytes === undefined) return;
    const block: LogBlock = { at: Date.now(), stream, bytes };
    this.tail.push(block);
    for (const follower of this.followers) follower(block);
    if (this.output.write(prefixLines(bytes, prefix))) return;
    readable.pause();
    this.output.onRoom(() => readable.resume());
  }
}
