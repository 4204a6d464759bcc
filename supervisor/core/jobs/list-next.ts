import type { DueTime } from "../../protocol/job.ts";
import { listDueTimes, nextDue } from "./due-times.ts";
import type { JobState } from "./job-record.ts";
import type { JobSpec } from "./job-spec.ts";
import { formatLocalTime } from "./local-time.ts";

/** Every due time of jobs in `[from, until]`, in the order of time, as if the jobs were new at `from`. */
export function listDueOf(specs: readonly JobSpec[], from: number, until: number): DueTime[] {
  return specs
    .flatMap((spec) => [...listDueTimes(spec, from, until)].map((due) => describeDue(spec, due)))
    .sort((a, b) => Date.parse(a.due) - Date.parse(b.due));
}

/** The next times at which a job is due, from what is remembered of it. */
export function listNextOf(
  spec: JobSpec,
  state: JobState | undefined,
  now: number,
  count: number,
): DueTime[] {
  if (spec.offReason !== null) return [];
  const times: DueTime[] = [];
  let { cursor, lastDue } = state ?? { cursor: now, lastDue: null };
  while (times.length < count) {
    const due = nextDue(spec, cursor, lastDue);
    if (due === null) break;
    times.push(describeDue(spec, due));
    [cursor, lastDue] = [due, due];
  }
  return times;
}

function describeDue(spec: JobSpec, due: number): DueTime {
  return {
    job: spec.job,
    due: new Date(due).toISOString(),
    local: formatLocalTime(due, spec.timezone),
    starts_at: new Date(due + spec.offset).toISOString(),
  };
}
