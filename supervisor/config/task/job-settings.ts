import * as z from "zod";
import { Duration } from "../../../shared/duration.ts";
import { Text } from "../../../shared/written.ts";
import { Schedule, TimeZone } from "../time/schedule.ts";
import { JobActions } from "./job-action.ts";
import { longestName } from "./longest-name.ts";
import { Retries } from "./retries.ts";

const tooLong = `a group's name has at most ${longestName} characters`;

/** What a job does when it is due while an earlier run of it is still there. */
export const Overlap = z.enum(["skip", "queue", "replace", "allow"]);
export type Overlap = z.infer<typeof Overlap>;

/** The keys that make a task a job, and say how it runs. */
export const jobSettings = {
  schedule: Schedule.optional().describe(
    "makes the task a job: cron expressions of 5 to 7 fields, or `@hourly` to `@yearly`, `@reboot`",
  ),
  every: Duration.refine((milliseconds) => milliseconds >= 1_000, "is shorter than a second")
    .optional()
    .describe("runs this long after the last time it was due; at once when it never was"),
  timezone: TimeZone.optional().describe("of the schedule; the file's by default, otherwise the system's"),
  catch_up: z
    .boolean()
    .default(true)
    .describe("makes up for a time that was missed, once, as soon as that is possible"),
  catch_up_limit: Duration.optional().describe(
    "a time that was missed longer ago than this is not made up for",
  ),
  jitter: Duration.prefault("0s").describe(
    "the runs are late by a part of this that is always the same for this host and job",
  ),
  overlap: Overlap.default("skip").describe("when it is due while it still runs"),
  queue_limit: z
    .int()
    .min(1)
    .max(1_000)
    .default(3)
    .describe("with `overlap: queue`, so many runs may wait; one that is due then is skipped"),
  timeout: Duration.refine((milliseconds) => milliseconds > 0, "must be longer than 0s")
    .optional()
    .describe("a run that takes longer is stopped, and counts as failed"),
  retries: Retries.prefault(0).describe("of a failed run: a number, or a map with the waits"),
  group: Text.pipe(z.string().min(1).max(longestName, tooLong))
    .optional()
    .describe(
      "tasks that `longshorectl` can name together; jobs of a group share its `max`, the others wait",
    ),
  on_success: JobActions.prefault([]).describe("what follows a run that succeeded, in order"),
  on_failure: JobActions.prefault([]).describe("what follows a run that failed, in order"),
  ping_url: z
    .string()
    .regex(/^(https?:\/\/|\$\{)/, "expected an address that begins with https://")
    .optional()
    .describe("an address of healthchecks.io or a server with its protocol"),
  history: z
    .int()
    .min(1)
    .max(10_000)
    .default(50)
    .describe("how many of its last runs are kept, with their logs"),
  overdue_after: Duration.prefault("1h").describe(
    "without a success for this long after it was due, it counts as overdue",
  ),
};

/** File-level limits of the groups of jobs; a group that is not listed runs one job at a time. */
export const Groups = z.record(
  z.string().max(longestName, tooLong),
  z.strictObject({ max: z.int().min(1).default(1) }),
);
export type Groups = z.infer<typeof Groups>;
