import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../make-folder.ts";

/** Where a journal is kept. What `append` and `replace` have promised survives a crash of the machine. */
export interface JournalStore {
  /** the whole text; null when there is none yet */
  read(): string | null;
  append(text: string): Promise<void>;
  /** puts another text in its place: after a crash there is the old one or the new one */
  replace(text: string): Promise<void>;
  /** keeps a copy of what cannot be read, and returns its path */
  setAside(text: string): string;
  /** ends the use of it */
  close(): Promise<void>;
}

/** A journal in a file that belongs to this user alone, in a folder that nobody else changes (requireRootsFolder). */
export class JournalFile implements JournalStore {
  private handle: FileHandle | undefined;

  /** @throws when the folder cannot be made */
  constructor(private readonly path: string) {
    makeFolder(dirname(path), 0o755);
  }

  read(): string | null {
    try {
      return readFileSync(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
  }

  async append(text: string): Promise<void> {
    this.handle ??= await open(this.path, "a", 0o600);
    await this.handle.writeFile(text);
    await this.handle.datasync();
  }

  async replace(text: string): Promise<void> {
    const fresh = `${this.path}.new`;
    const handle = await open(fresh, "w", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, this.path);
    await syncFolder(dirname(this.path));
    await this.close();
  }

  async close(): Promise<void> {
    await this.handle?.close();
    this.handle = undefined;
  }

  setAside(text: string): string {
    const copy = join(dirname(this.path), `jobs.journal.unreadable-${Date.now()}`);
    const fd = openSync(`${copy}.new`, "w", 0o600);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(`${copy}.new`, copy);
    return copy;
  }
}

/** A rename is on disk once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
