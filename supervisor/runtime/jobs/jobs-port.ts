import type { Decision } from "../../core/jobs/decision.ts";
import type { Scheduler } from "../../core/jobs/scheduler.ts";
import type { JobStorage } from "./job-storage.ts";

/** What the parts that carry out runs need of the whole. */
export interface JobsPort {
  /** the present one: the state that is kept is known only after the start */
  scheduler(): Scheduler;
  storage(): JobStorage;
  /** nothing begins any more */
  isClosed(): boolean;
  /** Begins a run of another job, as an action. @returns its number, or why there is none */
  request(job: string, trigger: "action"): { run: number } | { reason: string };
  /** Carries out a decision; resolves when it is on disk. */
  carryOut(decision: Decision): Promise<void>;
  /** Carries out a decision that nobody waits for. */
  perform(decision: Decision): void;
  /** Keeps the end of the supervisor from overtaking this work. */
  track(work: Promise<void>): void;
  /** Tells those who wait for a run that it is over. */
  settle(job: string, run: number): void;
}
