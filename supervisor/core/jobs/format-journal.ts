import type { JobRecord, JobState } from "./job-record.ts";

/** A journal that says the same in one line a job. */
export function writeSnapshot(states: Iterable<JobState>, now: number): string {
  return formatRecords([...states].map((state) => ({ type: "state", job: state.job, at: now, state })));
}

export function formatRecords(records: readonly JobRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}
