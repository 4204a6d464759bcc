import type { EndCause, RunStart } from "../../core/jobs/decision.ts";
import type { Entry } from "../entry.ts";
import type { RunLog } from "./run-log.ts";

/** A run whose process is there, or about to be started. */
export interface LiveRun {
  readonly job: string;
  readonly run: RunStart["run"];
  readonly entry: Entry;
  readonly log: RunLog;
  /** names the run to a ping server */
  readonly rid: string;
  /** ends the copying of output, and the time limit */
  readonly stop: () => void;
  /** why the supervisor is ending it */
  cause: EndCause | null;
  /** of the process before it: a run has ended once a later one has */
  readonly generation: number;
  isEnding: boolean;
}
