import { formatDuration } from "../../../shared/duration-text.ts";
import type { JobState } from "./job-record.ts";
import type { JobSpec } from "./job-spec.ts";

/** A run may take this long (ms) before its job counts as overdue, unless its time limit is longer. */
const longestRun = 86_400_000;

/**
 * Why a job counts as overdue, or null: it was due, and has not succeeded for `overdue_after`. A supervisor that has
 * just started gets that time to make up for what it finds.
 * @param since when the supervisor was started
 */
export function findOverdue(spec: JobSpec, state: JobState, since: number, now: number): string | null {
  const { unservedSince, active, lastSuccess } = state;
  if (unservedSince === null || spec.offReason !== null) return null;
  if (now - Math.max(unservedSince, since) < spec.overdueAfter) return null;
  const [running] = active;
  if (running !== undefined && now - running.startedAt < Math.max(longestRun, spec.timeout ?? 0)) return null;
  const success = lastSuccess === null ? "never" : `last ${formatAge(now - lastSuccess)} ago`;
  return `due since ${new Date(unservedSince).toISOString()}, succeeded ${success}`;
}

function formatAge(milliseconds: number): string {
  const parts = formatDuration(Math.floor(milliseconds / 1_000) * 1_000).match(/\d+[a-z]+/g) ?? [];
  return parts.slice(0, 2).join("");
}
