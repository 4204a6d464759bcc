import { formatRecords, writeSnapshot } from "../../core/jobs/format-journal.ts";
import type { JobRecord, JobState } from "../../core/jobs/job-record.ts";
import type { JournalStore } from "./journal-file.ts";

/** A journal that has grown by this much (characters) and by several times its snapshot is written anew. */
const leastGrowth = 1_048_576;

interface Batch {
  text: string;
  readonly written: Promise<void>;
  readonly resolve: () => void;
}

/** Keeps records on disk. What comes while a write is under way is written together: a thousand jobs are two writes. */
export class Journal {
  private batch: Batch | undefined;
  private isWriting = false;
  private growth = Number.POSITIVE_INFINITY;
  private snapshotLength = 0;
  private hasFailed = false;

  /**
   * @param states what the records add up to at any time, those included that are not written yet
   * @param report called when the disk refuses, and when it takes writes again
   */
  constructor(
    private readonly store: JournalStore,
    private readonly states: () => Iterable<JobState>,
    private readonly report: (message: string) => void,
  ) {}

  /** Resolves when the records are on disk, or cannot be brought there: jobs run nevertheless, and `report` tells. */
  write(records: readonly JobRecord[]): Promise<void> {
    this.batch ??= newBatch();
    this.batch.text += formatRecords(records);
    const { written } = this.batch;
    void this.flush();
    return written;
  }

  private async flush(): Promise<void> {
    if (this.isWriting) return;
    this.isWriting = true;
    // Records of the same moment are one batch.
    await Promise.resolve();
    while (this.batch !== undefined) {
      const batch = this.batch;
      this.batch = undefined;
      await this.writeBatch(batch.text);
      batch.resolve();
    }
    this.isWriting = false;
  }

  private async writeBatch(text: string): Promise<void> {
    try {
      // After a failed write nobody knows what is in the file.
      if (this.hasFailed || this.growth > Math.max(leastGrowth, 4 * this.snapshotLength)) {
        const snapshot = writeSnapshot(this.states(), Date.now());
        await this.store.replace(snapshot);
        this.snapshotLength = snapshot.length;
        this.growth = 0;
      } else {
        await this.store.append(text);
        this.growth += text.length;
      }
      if (this.hasFailed) this.report("the state of the jobs is kept again");
      this.hasFailed = false;
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      if (!this.hasFailed) this.report(`cannot keep the state of the jobs (${reason})`);
      this.hasFailed = true;
    }
  }
}

function newBatch(): Batch {
  let resolve = (): void => {};
  const written = new Promise<void>((done) => {
    resolve = done;
  });
  return { text: "", written, resolve };
}
