import { followsClock } from "./due-times.ts";
import type { JobSpec } from "./job-spec.ts";

/**
 * A clock that goes back by less than this (ms) is waited for; by more, the new time is right. The same three hours as
 * in Debian's cron (cron(8)).
 */
export const correction = 3 * 3_600_000;
/** The same for a job that follows the clock, such as one of every five minutes: it does not pause for hours. */
const correctionOfWildcards = 600_000;

/** How far back (ms) the clock must go for a job to take it for corrected. */
export function correctionOf(spec: JobSpec): number {
  return followsClock(spec) ? correctionOfWildcards : correction;
}
