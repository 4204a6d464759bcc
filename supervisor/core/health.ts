import type { Healthcheck } from "../config/task/healthcheck.ts";

/** What the checks of one process have shown so far. */
export interface HealthRecord {
  /** null until the checks have settled for the first time */
  readonly healthy: boolean | null;
  readonly successes: number;
  readonly failures: number;
  /** checks made */
  readonly checks: number;
}

export const noChecks: HealthRecord = { healthy: null, successes: 0, failures: 0, checks: 0 };

/**
 * What a check's answer makes of the record. A fresh process has its start period and then `retries` intervals to
 * answer well for the first time, however often it is asked; `age` is milliseconds since its start.
 */
export function recordCheck(
  record: HealthRecord,
  healthy: boolean,
  age: number,
  check: Healthcheck,
): HealthRecord {
  const checks = record.checks + 1;
  if (record.healthy === null) {
    const isLate = age >= check.start_period + check.retries * check.interval;
    return { ...record, healthy: healthy ? true : isLate ? false : null, checks };
  }
  if (healthy) {
    const successes = record.successes + 1;
    return {
      healthy: record.healthy || successes >= check.success_threshold,
      successes,
      failures: 0,
      checks,
    };
  }
  const failures = record.failures + 1;
  return { healthy: record.healthy && failures < check.retries, successes: 0, failures, checks };
}

/** Milliseconds until the next check: quick and growing while the process has not been healthy yet, then regular. */
export function nextCheckDelay(record: HealthRecord, check: Healthcheck): number {
  if (record.healthy !== null) return check.interval;
  return Math.min(check.interval, check.start_interval, 25 * 2 ** Math.min(record.checks, 20));
}
