import { join } from "node:path";
import type { JobState } from "../../core/jobs/job-record.ts";
import { JournalFile, type JournalStore } from "./journal-file.ts";

/** What is kept of the jobs, and where. */
export interface JobStorage {
  readonly states: readonly JobState[];
  readonly store: JournalStore;
  /** the folder of a job's logs; null where nothing can be kept */
  logFolder(job: string): string | null;
}

/**
 * Opens the state of the jobs. What cannot be read is set aside and reported: a damaged file costs memory of the past,
 * and never the start.
 * @throws when the directory cannot be used at all
 */
export async function openJobStorage(
  stateDir: string,
  report: (message: string) => void,
): Promise<JobStorage> {
  const store = new JournalFile(join(stateDir, "jobs.journal"));
  const logFolder = (job: string): string => join(stateDir, "runs", job);
  const text = store.read() ?? "";
  if (text === "") return { states: [], store, logFolder };
  const { readJournal } = await import("../../core/jobs/read-journal.ts");
  const { states, badLines } = readJournal(text);
  if (badLines.length > 0) {
    const copy = store.setAside(text);
    report(
      `cannot read ${badLines.length} lines of the state of the jobs (the first is ${badLines[0]}); they are left out, and a copy is ${copy}`,
    );
  }
  return { states, store, logFolder };
}

/** Where nothing is kept. */
export const nowhere: JobStorage = {
  states: [],
  store: {
    read: () => null,
    append: async () => {},
    replace: async () => {},
    setAside: () => "",
    close: async () => {},
  },
  logFolder: () => null,
};
