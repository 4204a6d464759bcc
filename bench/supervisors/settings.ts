import type { MetricName } from "./contestant.ts";

/** How much is measured. */
export interface Settings {
  readonly metrics: readonly MetricName[];
  /** numbers of children for boot */
  readonly sizes: readonly number[];
  /** children in all metrics that have one number */
  readonly children: number;
  readonly repetitions: number;
  readonly kills: number;
  /** seconds that a contestant may take for repetitions of one metric */
  readonly patience: number;
  readonly idleSeconds: number;
  readonly logBytes: number;
}
