import * as z from "zod";
import { Outcome, Trigger } from "../../protocol/job.ts";

/** Milliseconds of the wall clock. */
const Time = z.number();

/** A run that has been asked for and has not begun. */
export const PendingRun = z.object({
  run: z.int(),
  trigger: Trigger,
  attempt: z.int(),
  /** null for a run by hand */
  due: Time.nullable(),
  queuedAt: Time,
  /** null: as soon as possible */
  notBefore: Time.nullable(),
  reason: z.string().nullable(),
});
export type PendingRun = z.infer<typeof PendingRun>;

/** A run that has begun and not ended. It is noted before its process is started: what begins a second time was doubled. */
export const ActiveRun = PendingRun.omit({ queuedAt: true, notBefore: true, reason: true }).extend({
  startedAt: Time,
});
export type ActiveRun = z.infer<typeof ActiveRun>;

/** A run that is over, or never began. */
export const PastRun = z.object({
  run: z.int(),
  trigger: Trigger,
  attempt: z.int(),
  due: Time.nullable(),
  startedAt: Time.nullable(),
  endedAt: Time,
  outcome: Outcome,
  exitCode: z.int().nullable(),
  exitSignal: z.string().nullable(),
  reason: z.string().nullable(),
  count: z.int(),
  lastDue: Time.nullable(),
});
export type PastRun = z.infer<typeof PastRun>;

/** All that is remembered of a job. */
export const JobState = z.object({
  job: z.string(),
  /** which due times the cursor is about: JobSpec.fingerprint */
  fingerprint: z.string().nullable(),
  /** due times up to here have been dealt with */
  cursor: Time,
  /** the latest that `cursor` ever was: after the clock was set back, times up to here may come a second time */
  highWater: Time,
  /** what `every` counts from */
  lastDue: Time.nullable(),
  nextRun: z.int(),
  pending: z.array(PendingRun),
  active: z.array(ActiveRun),
  /** the newest last */
  past: z.array(PastRun),
  lastSuccess: Time.nullable(),
  /** the first due time since the last success */
  unservedSince: Time.nullable(),
  failures: z.int(),
  /** what `if_changed` saw when the actions were last carried out: file → digest */
  seenFiles: z.record(z.string(), z.string()).nullable(),
});
export type JobState = z.infer<typeof JobState>;

const base = { job: z.string(), at: Time };
const origin = { run: z.int(), trigger: Trigger, attempt: z.int(), due: Time.nullable() };

/** One thing that happened to a job, as the journal keeps it: the state is what these add up to. */
export const JobRecord = z.discriminatedUnion("type", [
  /** the due times after `at` count */
  z.object({ type: z.literal("scheduled"), ...base, fingerprint: z.string() }),
  /** the clock was set to another time: due times after `cursor` count, and others were dealt with before */
  z.object({ type: z.literal("moved"), ...base, cursor: Time }),
  z.object({
    type: z.literal("queued"),
    ...base,
    ...origin,
    notBefore: Time.nullable(),
    reason: z.string().nullable(),
  }),
  z.object({ type: z.literal("begun"), ...base, ...origin }),
  z.object({
    type: z.literal("ended"),
    ...base,
    run: z.int(),
    /** when its process was started, which is after it was noted that it begins; null when it never was */
    startedAt: Time.nullable().default(null),
    outcome: Outcome,
    exitCode: z.int().nullable(),
    exitSignal: z.string().nullable(),
    reason: z.string().nullable(),
  }),
  /** a run that was queued never begins */
  z.object({ type: z.literal("dropped"), ...base, run: z.int(), reason: z.string() }),
  /** due times that no run is for */
  z.object({
    type: z.literal("passed_over"),
    ...base,
    run: z.int(),
    outcome: z.enum(["skipped", "missed"]),
    due: Time,
    lastDue: Time,
    count: z.int(),
    reason: z.string(),
  }),
  z.object({ type: z.literal("files_seen"), ...base, files: z.record(z.string(), z.string()) }),
  /** everything up to here */
  z.object({ type: z.literal("state"), ...base, state: JobState }),
]);
export type JobRecord = z.infer<typeof JobRecord>;
