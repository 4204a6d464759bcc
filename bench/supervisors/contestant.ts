import type { TrialSetup } from "./trial-setup.ts";

export type Argv = readonly [string, ...string[]];

/** What can be measured. */
export const metricNames = ["boot", "restart", "memory", "idle", "log", "status", "stop", "probes"] as const;
export type MetricName = (typeof metricNames)[number];

/** How a contestant is used in one trial. */
export interface Commands {
  /** stays in the foreground until it is told to end */
  readonly run: Argv;
  readonly environment?: Readonly<Record<string, string>>;
  /** shows all children; `name` limits it to one */
  status?(name?: string): Argv;
  /** how many children an answer of `status` shows as running */
  countRunning?(answer: string): number;
  /** stops one child for good */
  stopOne?(name: string): Argv;
  /** the captured output of a child, oldest file first; not all need exist */
  logFiles?(name: string): string[];
  /** what tells it to stop everything and end; SIGTERM by default */
  readonly shutdownSignal?: NodeJS.Signals;
}

/**
 * A supervisor to be measured. It restarts its children always and at once, each in a process group of its own; with
 * `captureLogs` stdout goes to files of `rotation.size` bytes, of which `rotation.keep` old ones are kept.
 */
export interface Contestant {
  readonly name: string;
  /** what the reader of the figures should know about its configuration, in one line */
  readonly note: string;
  /** limits it to these metrics; all by default */
  readonly metrics?: readonly MetricName[];
  /** @throws NotAvailable when it is not installed */
  version(): string;
  /** Writes its configuration into the trial's folder. */
  prepare(trial: TrialSetup): Commands;
}

/** A contestant is not installed, or does not offer what a metric asks of it. */
export class NotAvailable extends Error {}

/** Log files in every contestant's configuration. */
export const rotation = { size: 10_000_000, keep: 5 };

/** Whether a metric is to be taken of a contestant. */
export function takesPart({ metrics }: Contestant, metric: MetricName): boolean {
  return metrics === undefined || metrics.includes(metric);
}
