import {
  close as closeFd,
  constants,
  fstatSync,
  openSync,
  read as readFd,
  readlinkSync,
  readSync,
} from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { isatty } from "node:tty";
import { promisify } from "node:util";

const read = promisify(readFd);
const close = promisify(closeFd);

/** No file that people write comes near (bytes). */
export const mostBytes = 16 * 1024 * 1024;
/** How long a pipe may take to bring all that it has (ms). */
const patience = 30_000;
/** How long to wait (ms) before a pipe that has nothing yet is asked again. */
const pause = 10;
const blockSize = 65_536;

/** A file that is not read to its end. `code` says why, in words, where the system's errors say ENOENT. */
export class ReadLimitError extends Error {
  readonly code: string;

  constructor(reason: string) {
    super(`the file ${reason}`);
    this.code = `it ${reason}`;
  }
}

/** How far a file is read. */
export interface ReadLimits {
  /** bytes; 16 MiB by default */
  readonly most?: number;
  /** milliseconds for what is no ordinary file; 30 s by default */
  readonly within?: number;
}

/**
 * The bytes of a file that a user names. What has no end (/dev/zero), or brings nothing (a fifo that nobody writes to), is given
 * up; a terminal waits for its user.
 * @throws ReadLimitError, or what the system says
 */
export async function readLimited(path: string, limits: ReadLimits = {}): Promise<Buffer> {
  // Whoever opens a fifo otherwise waits for its writer, and a waiting thread keeps the program from ending.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return await readDescriptor(fd, limits);
  } finally {
    await close(fd);
  }
}

/** {@link readLimited} for a descriptor, opened with O_NONBLOCK. */
export async function readDescriptor(fd: number, limits: ReadLimits = {}): Promise<Buffer> {
  const reader = new Reader(fd, limits);
  for (;;) {
    const size = await read(fd, reader.block, 0, blockSize, null).then(
      ({ bytesRead }) => bytesRead,
      orNothing,
    );
    const step = reader.take(size);
    if (step === "end") return reader.content;
    if (step === "wait") await delay(pause);
  }
}

/** {@link readLimited} where nothing can be waited for. */
export function readLimitedSync(path: string, limits: ReadLimits = {}): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const reader = new Reader(fd, limits);
    for (;;) {
      const step = reader.take(readOnce(fd, reader.block));
      if (step === "end") return reader.content;
      if (step === "wait") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause);
    }
  } finally {
    closeFd(fd, () => {});
  }
}

function readOnce(fd: number, block: Buffer): number {
  try {
    return readSync(fd, block);
  } catch (error) {
    return orNothing(error as NodeJS.ErrnoException);
  }
}

/** -1 where a pipe has a writer that has not written. */
function orNothing(error: NodeJS.ErrnoException): number {
  if (error.code === "EAGAIN") return -1;
  throw error;
}

/** Puts together what is read, and says when it is enough. */
class Reader {
  readonly block = Buffer.alloc(blockSize);
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private readonly most: number;
  /** what a named pipe is before its first writer has come */
  private isUnwritten: boolean;
  private readonly deadline: number;
  private readonly within: number;

  constructor(fd: number, { most = mostBytes, within = patience }: ReadLimits) {
    const stats = fstatSync(fd);
    this.most = most;
    this.within = within;
    this.isUnwritten = stats.isFIFO() && !isAnonymous(fd);
    this.deadline = stats.isFile() || isatty(fd) ? Number.POSITIVE_INFINITY : performance.now() + within;
    if (stats.isFile()) this.judge(stats.size);
  }

  get content(): Buffer {
    return Buffer.concat(this.chunks);
  }

  /** @param size bytes of the block that were read; -1 where there are none yet */
  take(size: number): "more" | "wait" | "end" {
    if (size === 0 && !this.isUnwritten) return "end";
    if (size !== 0) this.isUnwritten = false;
    if (size > 0) {
      this.size += size;
      this.judge(this.size);
      this.chunks.push(Buffer.from(this.block.subarray(0, size)));
    }
    if (performance.now() > this.deadline) {
      const what = this.size === 0 ? "brings nothing" : "does not end";
      throw new ReadLimitError(`${what} within ${this.within / 1_000} s`);
    }
    return size > 0 ? "more" : "wait";
  }

  private judge(size: number): void {
    if (size > this.most) throw new ReadLimitError(`is larger than ${formatMebibytes(this.most)}`);
  }
}

/** A pipe of a shell (`<(…)`, `… |`), which nobody else will write to once its writer is gone. */
function isAnonymous(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith("pipe:");
  } catch {
    return false;
  }
}

function formatMebibytes(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}
