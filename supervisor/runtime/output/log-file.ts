import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { inGuardedFolder, openGuarded } from "../../config/files/guarded-path.ts";
import type { LogSettings } from "../../config/task/log.ts";
import { makeFolder } from "../make-folder.ts";

const newline = 0x0a;
/** How often the file is compared with what stands at its path (ms): somebody else may rotate it. */
const lookEvery = 1_000;
/** How long a file that cannot be written, or put aside, is left alone before the next try (ms). */
const retryEvery = 1_000;
/** A fifo without a reader, or one that is full, must not hold up the supervisor. */
const openFlags =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY;

/**
 * A file of whole lines that is put aside when it grows too large or too old, at the end of a line. Writing is
 * synchronous: it goes to the page cache, and keeps the order of lines without a copy of them. A full disk loses lines, is
 * reported, and is written to again as soon as there is room. What is no regular file (a fifo, a device) is never put aside.
 */
export class LogFile {
  private fd: number | undefined;
  private inode = 0;
  private size = 0;
  private openedAt = 0;
  private lookedAt = 0;
  private failedAt = Number.NEGATIVE_INFINITY;
  private lost = 0;
  private torn = false;
  private isRegular = true;
  /** when putting the file aside failed last; null when it did not */
  private stuckAt: number | null = null;

  /** @param report is told in words what happens to the file */
  constructor(
    readonly path: string,
    private settings: LogSettings,
    private readonly report: (message: string) => void,
  ) {}

  /** Appends whole lines. Never throws. */
  write(lines: Buffer): void {
    if (this.lost > 0 && performance.now() - this.failedAt < retryEvery) {
      this.lost += lines.length;
      return;
    }
    try {
      this.open();
      for (let rest = lines; rest.length > 0; ) rest = rest.subarray(this.writePart(rest));
      if (this.lost > 0) this.report(`${this.path} can be written again; ${this.lost} bytes were lost`);
      this.lost = 0;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "error";
      if (this.lost === 0)
        this.report(`cannot write ${this.path} (${code}); its lines are lost until that is fixed`);
      this.failedAt = performance.now();
      this.lost += lines.length;
      this.close();
    }
  }

  /** When it is put aside, and who may read it, from now on. */
  use(settings: LogSettings): void {
    this.settings = settings;
    if (this.fd !== undefined) this.setMode(this.fd);
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  /** Writes as many lines as still fit into the file, and at least one; the number of bytes. */
  private writePart(lines: Buffer): number {
    const { max_size: limit } = this.settings;
    const room = limit === 0 || !this.mayRotate() ? Number.POSITIVE_INFINITY : limit - this.size;
    let length = lines.length;
    if (length > room) {
      length = room <= 0 ? 0 : lines.lastIndexOf(newline, room - 1) + 1;
      if (length === 0 && this.size > 0) {
        this.rotate();
        return 0;
      }
      // A line longer than a whole file gets one of its own.
      if (length === 0) length = lines.indexOf(newline) + 1;
    }
    this.writeAll(lines.subarray(0, length));
    return length;
  }

  private writeAll(lines: Buffer): void {
    const fd = this.fd ?? -1;
    // A line that a full disk cut in two ends where it was cut.
    if (this.torn) this.size += writeSync(fd, "\n");
    this.torn = false;
    for (let done = 0; done < lines.length; ) {
      try {
        const written = writeSync(fd, lines, done, lines.length - done);
        done += written;
        this.size += written;
      } catch (error) {
        this.torn = done > 0 && lines[done - 1] !== newline;
        throw error;
      }
    }
  }

  private open(): void {
    if (this.fd !== undefined && performance.now() - this.lookedAt >= lookEvery) this.look();
    if (this.fd !== undefined) return;
    makeFolder(dirname(this.path));
    this.fd = openGuarded(this.path, openFlags, this.settings.mode ?? 0o644);
    this.setMode(this.fd);
    const stats = fstatSync(this.fd);
    const { ino, size, birthtimeMs } = stats;
    this.isRegular = stats.isFile();
    this.inode = ino;
    this.size = size;
    this.openedAt = size === 0 || birthtimeMs === 0 ? Date.now() : birthtimeMs;
    this.lookedAt = performance.now();
  }

  /** Also of a file that is there already: whoever asks for it does not want it read as it was. */
  private setMode(fd: number): void {
    const { mode } = this.settings;
    const stats = fstatSync(fd);
    if (mode === undefined || !stats.isFile() || (stats.mode & 0o7777) === mode) return;
    try {
      fchmodSync(fd, mode);
    } catch (error) {
      const wanted = mode.toString(8).padStart(4, "0");
      this.report(
        `cannot give ${this.path} the mode ${wanted} (${(error as NodeJS.ErrnoException).code ?? "error"})`,
      );
    }
  }

  /** Notices that the file was moved, removed or emptied by somebody else, and that it has become too old. */
  private look(): void {
    this.lookedAt = performance.now();
    const now = Date.now();
    const present = statSync(this.path, { throwIfNoEntry: false });
    if (present?.ino !== this.inode) {
      this.close();
      return;
    }
    this.size = present.size;
    if (this.size === 0) this.openedAt = now;
    const { max_age: limit } = this.settings;
    if (limit !== undefined && this.size > 0 && now - this.openedAt > limit && this.mayRotate())
      this.rotate();
  }

  private mayRotate(): boolean {
    if (!this.isRegular) return false;
    return this.stuckAt === null || performance.now() - this.stuckAt >= retryEvery;
  }

  /** Begins a new file. Where the old one cannot be put aside (its folder is not ours) it grows on: no line is lost. */
  private rotate(): void {
    this.close();
    try {
      this.putAside();
      if (this.stuckAt !== null) this.report(`${this.path} can be put aside again`);
      this.stuckAt = null;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (this.stuckAt === null)
        this.report(`cannot put ${this.path} aside (${code ?? message}); it grows until that is fixed`);
      this.stuckAt = performance.now();
    }
    this.open();
  }

  /**
   * `file` becomes `file.1`, that `file.2`, and so on; the oldest goes. It is removed first: when a rename replaces a file,
   * ext4 at once writes to disk what takes its place (auto_da_alloc in ext4(5)), which halved the rate of a flood.
   */
  private putAside(): void {
    const { max_files: count } = this.settings;
    inGuardedFolder(this.path, (path) => {
      rmSync(count === 0 ? path : `${path}.${count}`, { force: true });
      for (let number = count; number > 0; number -= 1)
        moveIfThere(number === 1 ? path : `${path}.${number - 1}`, `${path}.${number}`);
    });
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}
