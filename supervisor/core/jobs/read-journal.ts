import { applyRecord, newJobState } from "./apply-record.ts";
import { JobRecord, type JobState } from "./job-record.ts";

/** More past runs than this are not taken from a journal; each job keeps as many as its `history` says. */
const mostPastRuns = 10_000;

/** What a journal says. */
export interface JournalContent {
  readonly states: readonly JobState[];
  /** the numbers of lines that make no sense, from 1 */
  readonly badLines: readonly number[];
}

/**
 * Adds up a journal: one JSON record a line. A last line without its newline is the trace of a crash in the middle of
 * a write, and does not count: nothing was done yet that it speaks of.
 */
export function readJournal(text: string): JournalContent {
  const states = new Map<string, JobState>();
  const badLines: number[] = [];
  const lines = text.split("\n").slice(0, -1);
  for (const [index, line] of lines.entries()) {
    const record = readRecord(line);
    if (record === undefined) badLines.push(index + 1);
    else {
      const before = states.get(record.job) ?? newJobState(record.job, record.at);
      states.set(record.job, applyRecord(before, record, mostPastRuns));
    }
  }
  return { states: [...states.values()], badLines };
}

function readRecord(line: string): JobRecord | undefined {
  try {
    return JobRecord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
