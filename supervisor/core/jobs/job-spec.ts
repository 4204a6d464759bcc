import type { InstanceSpec } from "../../config/instance-spec.ts";
import type { Groups, Overlap } from "../../config/task/job-settings.ts";
import type { Retries } from "../../config/task/retries.ts";

/** Everything that decides when a job runs. Times are milliseconds. */
export interface JobSpec {
  readonly job: string;
  /** cron expressions; `@reboot` is one of them */
  readonly schedule: readonly string[];
  readonly every: number | null;
  /** undefined is the system's own */
  readonly timezone: string | undefined;
  /** what the start is later than the due time, always the same for this host and job */
  readonly offset: number;
  readonly catchUp: boolean;
  /** null is without limit */
  readonly catchUpLimit: number | null;
  readonly overlap: Overlap;
  /** so many runs may wait for an earlier one, with `overlap: queue` */
  readonly queueLimit: number;
  /** null is without limit */
  readonly timeout: number | null;
  readonly retries: Retries;
  readonly group: { readonly name: string; readonly max: number } | null;
  readonly history: number;
  readonly overdueAfter: number;
  /** why it never runs, or null */
  readonly offReason: string | null;
  /** another text means that the due times are others, so that earlier ones do not count */
  readonly fingerprint: string;
}

/** What a whole file says of all of its jobs. */
export interface JobDefaults {
  readonly timezone?: string | undefined;
  readonly groups: Groups;
}

/**
 * The job that an instance of a task is, or undefined when the task is none.
 * @param host a name that differs from host to host, for `jitter`
 */
export function toJobSpec(
  spec: Pick<InstanceSpec, "task" | "settings" | "offReason">,
  defaults: JobDefaults,
  host: string,
): JobSpec | undefined {
  const { settings, task } = spec;
  if (settings.kind !== "job") return undefined;
  const timezone = settings.timezone ?? defaults.timezone;
  const schedule = settings.schedule ?? [];
  const every = settings.every ?? null;
  const off = spec.offReason !== null;
  return {
    job: task,
    schedule,
    every,
    timezone,
    offset: jitterOf(host, task, settings.jitter),
    catchUp: settings.catch_up,
    catchUpLimit: settings.catch_up_limit ?? null,
    overlap: settings.overlap,
    queueLimit: settings.queue_limit,
    timeout: settings.timeout ?? null,
    retries: settings.retries,
    group:
      settings.group === undefined
        ? null
        : { name: settings.group, max: defaults.groups[settings.group]?.max ?? 1 },
    history: settings.history,
    overdueAfter: settings.overdue_after,
    offReason: spec.offReason,
    fingerprint: off ? "off" : JSON.stringify([schedule, every, timezone ?? null]),
  };
}

/** A delay in `[0, jitter)`, in whole milliseconds, that is always the same for a host and a job. */
export function jitterOf(host: string, job: string, jitter: number): number {
  return Math.floor(shareOf(`${host}\0${job}`) * jitter);
}

/** A number in [0, 1) that is always the same for a text, and spread evenly over texts. */
export function shareOf(text: string): number {
  // A supervisor without jobs does without node:crypto, which takes a megabyte.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;
}
