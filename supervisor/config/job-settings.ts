import * as z from "zod";
import { Duration } from "./duration.ts";
import { JobActions } from "./job-action.ts";
import { Retries } from "./retries.ts";
import { Schedule, TimeZone } from "./schedule.ts";

/** What a job does when it is due while an earlier run of it is still there. */
export const Overlap = z.enum(["skip", "queue", "replace", "allow"]);
export type Overlap = z.infer<typeof Overlap>;

/** The keys that make a task a job, and say how it runs. */
export const jobSettings = {
  schedule: Schedule.optional(),
  /** runs this long after the last time it was due; at once when it never was */
  every: Duration.refine((milliseconds) => milliseconds >= 1_000, "is shorter than a second").optional(),
  timezone: TimeZone.optional(),
  /** makes up for a time that was missed, once, as soon as that is possible */
  catch_up: z.boolean().default(true),
  /** a time that was missed longer ago than this is not made up for */
  catch_up_limit: Duration.optional(),
  /** the runs are late by a part of this that is always the same for this host and job */
  jitter: Duration.prefault("0s"),
  overlap: Overlap.default("skip"),
  /** a run that takes longer is stopped, and counts as failed */
  timeout: Duration.refine((milliseconds) => milliseconds > 0, "must be longer than 0s").optional(),
  retries: Retries.prefault(0),
  /** jobs of a group share its `max`; the others wait */
  group: z.string().min(1).optional(),
  on_success: JobActions.prefault([]),
  on_failure: JobActions.prefault([]),
  /** an address of healthchecks.io or a server with its protocol */
  ping_url: z
    .string()
    .regex(/^(https?:\/\/|\$\{)/, "expected an address that begins with https://")
    .optional(),
  /** how many of its last runs are kept, with their logs */
  history: z.int().min(1).max(10_000).default(50),
  /** without a success for this long after it was due, it counts as overdue */
  overdue_after: Duration.prefault("1h"),
};

/** File-level limits of the groups of jobs; a group that is not listed runs one job at a time. */
export const Groups = z.record(z.string(), z.strictObject({ max: z.int().min(1).default(1) }));
export type Groups = z.infer<typeof Groups>;
