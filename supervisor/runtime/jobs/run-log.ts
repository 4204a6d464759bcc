import { type FileHandle, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../../../shared/user-error.ts";
import { requireRootsFolder } from "../../config/files/guarded-path.ts";
import { makeFolder } from "../make-folder.ts";
import { endOfCharacters, startOfCharacters } from "../output/character-cut.ts";

/** A file that is longer than this (bytes) becomes the older half of the log, and the former older half goes. */
const halfLimit = 1_048_576;
/** What may wait for the disk (bytes); a job that writes more at once loses the beginning. */
const waitingLimit = 8_388_608;
/** The last part that is kept at hand for notifications (bytes). */
const tailLimit = 10_000;

/** The output of one run, in a file of its own. The last megabyte at least is kept. */
export class RunLog {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private tailBlocks: Buffer[] = [];
  private tailBytes = 0;
  private length = 0;
  private handle: FileHandle | undefined;
  private flushing: Promise<void> | undefined;
  private hasFailed = false;

  private constructor(
    private readonly path: string | null,
    private readonly report: (message: string) => void,
  ) {}

  /** @param folder of the job's logs; null keeps the tail alone */
  static of(folder: string | null, run: number, report: (message: string) => void): RunLog {
    return new RunLog(folder === null ? null : join(folder, `${run}.log`), report);
  }

  /** @param chunk is copied: its memory is used again */
  write(chunk: Buffer): void {
    const lines = Buffer.from(chunk);
    this.tailBlocks.push(lines);
    this.tailBytes += lines.length;
    while (this.tailBytes - (this.tailBlocks[0]?.length ?? 0) >= tailLimit) {
      this.tailBytes -= this.tailBlocks.shift()?.length ?? 0;
    }
    if (this.path === null || this.hasFailed) return;
    this.waiting.push(lines);
    this.waitingBytes += lines.length;
    while (this.waitingBytes > waitingLimit) this.waitingBytes -= this.waiting.shift()?.length ?? 0;
    this.flushing ??= this.flush(this.path);
  }

  /** The last ten kilobytes. */
  tail(): string {
    const bytes = Buffer.concat(this.tailBlocks);
    const start = Math.max(0, bytes.length - tailLimit);
    return bytes.subarray(start === 0 ? 0 : startOfCharacters(bytes, start)).toString("utf8");
  }

  /** Resolves when everything is in the file. */
  async close(): Promise<void> {
    await this.flushing;
    await this.handle?.close();
  }

  private async flush(path: string): Promise<void> {
    try {
      // One turn later, so that lines that come together are one write.
      await Promise.resolve();
      while (this.waiting.length > 0) {
        const block = Buffer.concat(this.waiting);
        this.waiting = [];
        this.waitingBytes = 0;
        for (let start = 0; start < block.length; ) {
          const end = endOfCharacters(block, Math.min(start + halfLimit, block.length));
          const part = block.subarray(start, end > start ? end : block.length);
          await this.append(path, part);
          start += part.length;
        }
      }
    } catch (error) {
      this.hasFailed = true;
      this.report(`cannot write ${path} (${(error as NodeJS.ErrnoException).code ?? "error"})`);
    } finally {
      this.flushing = undefined;
    }
  }

  private async append(path: string, block: Buffer): Promise<void> {
    this.handle ??= await openLog(path);
    await this.handle.writeFile(block);
    this.length += block.length;
    if (this.length >= halfLimit) await this.rotate(path);
  }

  private async rotate(path: string): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
    await rename(path, `${path}.older`);
    this.length = 0;
  }
}

async function openLog(path: string): Promise<FileHandle> {
  makeFolder(dirname(path), 0o700);
  // It may be older than the rights of the state directory above it.
  requireRootsFolder(dirname(path));
  return open(path, "a", 0o600);
}

/**
 * What a run wrote, as far as it is kept; null when nothing is.
 * @throws UserError where another user could have put something else there
 */
export async function readRunLog(folder: string, run: number): Promise<string | null> {
  const fault = findFolderFault(folder);
  if (fault !== undefined) {
    const hint = `give the state directory to root: chown -R root: DIR && chmod -R go-w DIR, or choose another with --state-dir`;
    throw new UserError("run_log", `cannot show what run ${run} wrote: ${fault}`, { hint });
  }
  const path = join(folder, `${run}.log`);
  const parts = await Promise.all(
    [`${path}.older`, path].map((file) => readFile(file, "utf8").catch(() => null)),
  );
  return parts.every((part) => part === null) ? null : parts.join("");
}

/** Removes the logs of all runs but those that are kept. @throws UserError as {@link readRunLog} */
export async function pruneRunLogs(folder: string, isKept: (run: number) => boolean): Promise<void> {
  const fault = findFolderFault(folder);
  if (fault !== undefined) throw new UserError("run_log", `cannot remove old logs of runs: ${fault}`);
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    const run = /^(\d+)\.log(\.older)?$/.exec(name)?.[1];
    if (run !== undefined && !isKept(Number(run))) await rm(join(folder, name), { force: true });
  }
}

/** Why somebody else may have put something into a folder; a folder that is not there has nothing. */
function findFolderFault(folder: string): string | undefined {
  try {
    requireRootsFolder(folder);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : message;
  }
}
