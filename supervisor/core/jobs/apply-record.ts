import { isFailure } from "../../protocol/outcome.ts";
import type { ActiveRun, JobRecord, JobState, PastRun } from "./job-record.ts";

/** A due time that is dealt with later than this after it came (ms) was missed: the clock jumped, or the machine slept. */
export const lateAfter = 120_000;

export function newJobState(job: string, now: number): JobState {
  return {
    job,
    fingerprint: null,
    cursor: now,
    highWater: now,
    lastDue: null,
    nextRun: 1,
    pending: [],
    active: [],
    past: [],
    lastSuccess: null,
    unservedSince: null,
    failures: 0,
    seenFiles: null,
  };
}

/**
 * What a record makes of a job's state.
 * @param keep how many past runs are remembered
 */
export function applyRecord(state: JobState, record: JobRecord, keep: number): JobState {
  switch (record.type) {
    case "scheduled":
      return { ...withCursor(state, record.at), fingerprint: record.fingerprint };
    case "moved":
      return { ...state, cursor: record.cursor };
    case "queued": {
      const { run, trigger, attempt, due, notBefore, reason, at } = record;
      const pending = [...state.pending, { run, trigger, attempt, due, notBefore, reason, queuedAt: at }];
      return { ...afterDue(state, record), pending, nextRun: Math.max(state.nextRun, run + 1) };
    }
    case "begun": {
      const { run, trigger, attempt, due, at } = record;
      return {
        ...afterDue(state, record),
        pending: state.pending.filter((waiting) => waiting.run !== run),
        active: [...state.active, { run, trigger, attempt, due, startedAt: at }],
        nextRun: Math.max(state.nextRun, run + 1),
      };
    }
    case "ended":
      return endRun(state, record, keep);
    case "dropped":
      return dropRun(state, record, keep);
    case "passed_over":
      return passOver(state, record, keep);
    case "files_seen":
      return { ...state, seenFiles: record.files };
    case "state":
      return record.state;
  }
}

type RecordOf<T extends JobRecord["type"]> = Extract<JobRecord, { type: T }>;

/** A run for a due time deals with that time; a retry is for one that was dealt with before. */
function afterDue(state: JobState, record: RecordOf<"queued"> | RecordOf<"begun">): JobState {
  const { due, at, trigger } = record;
  if (due === null || trigger === "retry" || state.pending.some(({ run }) => run === record.run))
    return state;
  return { ...countDue(state, due, due, at), unservedSince: state.unservedSince ?? due };
}

function countDue(state: JobState, due: number, last: number, at: number): JobState {
  return { ...withCursor(state, Math.max(last, state.cursor)), lastDue: at - due > lateAfter ? at : last };
}

function withCursor(state: JobState, cursor: number): JobState {
  return { ...state, cursor, highWater: Math.max(state.highWater, cursor) };
}

function endRun(state: JobState, record: RecordOf<"ended">, keep: number): JobState {
  const run = state.active.find((active) => active.run === record.run);
  if (run === undefined) return state;
  const { outcome, exitCode, exitSignal, reason, at } = record;
  const startedAt = record.startedAt ?? run.startedAt;
  const succeeded = outcome === "succeeded";
  const ended: PastRun = { ...pastOf(run), startedAt, endedAt: at, outcome, exitCode, exitSignal, reason };
  return {
    ...state,
    active: state.active.filter((active) => active !== run),
    past: [...state.past, ended].slice(-keep),
    lastSuccess: succeeded ? at : state.lastSuccess,
    unservedSince: succeeded ? null : state.unservedSince,
    failures: succeeded ? 0 : state.failures + (isFailure(outcome) ? 1 : 0),
  };
}

function pastOf(run: ActiveRun): Omit<PastRun, "endedAt" | "outcome" | "exitCode" | "exitSignal" | "reason"> {
  const { run: number, trigger, attempt, due, startedAt } = run;
  return { run: number, trigger, attempt, due, startedAt, count: 1, lastDue: due };
}

function dropRun(state: JobState, record: RecordOf<"dropped">, keep: number): JobState {
  const waiting = state.pending.find(({ run }) => run === record.run);
  if (waiting === undefined) return state;
  const { run, trigger, attempt, due } = waiting;
  const dropped = skippedRun({ run, trigger, attempt, due, lastDue: due, count: 1 }, record);
  return {
    ...state,
    pending: state.pending.filter((pending) => pending !== waiting),
    past: [...state.past, dropped].slice(-keep),
  };
}

/** Several times in a row that were passed over for the same reason are one entry: they do not push real runs out. */
function passOver(state: JobState, record: RecordOf<"passed_over">, keep: number): JobState {
  const { run, due, lastDue, count, outcome, reason, at } = record;
  const counted: JobState = {
    ...countDue(state, due, lastDue, at),
    unservedSince: state.unservedSince ?? due,
    nextRun: Math.max(state.nextRun, run + 1),
  };
  const before = state.past.at(-1);
  if (before?.outcome === outcome && before.reason === reason && before.startedAt === null) {
    const merged: PastRun = { ...before, lastDue, count: before.count + count, endedAt: at };
    return { ...counted, nextRun: state.nextRun, past: [...state.past.slice(0, -1), merged] };
  }
  const fresh = skippedRun({ run, trigger: "schedule", attempt: 1, due, lastDue, count }, record);
  return { ...counted, past: [...state.past, { ...fresh, outcome }].slice(-keep) };
}

function skippedRun(
  origin: Pick<PastRun, "run" | "trigger" | "attempt" | "due" | "lastDue" | "count">,
  { at, reason }: { at: number; reason: string },
): PastRun {
  return {
    ...origin,
    startedAt: null,
    endedAt: at,
    outcome: "skipped",
    exitCode: null,
    exitSignal: null,
    reason,
  };
}
