import { Duplex, type Readable, type Writable } from "node:stream";

/** A program's stdin and stdout as one stream. Destroying it closes both; the program is expected to end then. */
export class ProcessStream extends Duplex {
  private readonly stdin: Writable;
  private readonly stdout: Readable;

  constructor(stdin: Writable, stdout: Readable) {
    super({ autoDestroy: true });
    this.stdin = stdin;
    this.stdout = stdout;
    stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    stdout.on("end", () => this.push(null));
    stdout.on("error", (error) => this.destroy(error));
    stdin.on("error", (error) => this.destroy(error));
  }

  override _read(): void {
    this.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.stdin.write(chunk, done);
  }

  override _final(done: () => void): void {
    this.stdin.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.stdin.destroy();
    this.stdout.destroy();
    done(error);
  }
}
