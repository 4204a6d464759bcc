import type { Exit } from "../instance.ts";
import type { JobRecord, PastRun, PendingRun } from "./job-record.ts";
import type { JobSpec } from "./job-spec.ts";

/** Why the supervisor ended a run itself. */
export type EndCause =
  | "unhealthy"
  | "memory"
  | "timeout"
  | "replaced"
  | "stopped"
  | "cancelled"
  | "removed"
  | "shutdown";

/** A run that begins now. */
export interface RunStart {
  readonly spec: JobSpec;
  readonly run: Pick<PendingRun, "run" | "trigger" | "attempt" | "due">;
}

/** A run that has come to its end. */
export interface RunEnd {
  readonly spec: JobSpec;
  readonly run: PastRun;
  /** no retry follows */
  readonly isFinal: boolean;
}

/**
 * What the scheduler wants done. The records are to be on disk before anything else is carried out: then a crash at
 * any moment neither loses a run nor doubles it.
 */
export interface Decision {
  readonly records: JobRecord[];
  readonly starts: RunStart[];
  /** runs whose processes are to be stopped, to make room for the next */
  readonly cancels: { readonly job: string; readonly run: number; readonly cause: EndCause }[];
  readonly ends: RunEnd[];
}

export function noDecision(): Decision {
  return { records: [], starts: [], cancels: [], ends: [] };
}

/** How the end of a process looks in the history. */
export function judgeEnd(
  exit: Exit,
  isSuccess: boolean,
  cause: EndCause | null,
  timeout: string,
): Pick<PastRun, "outcome" | "exitCode" | "exitSignal" | "reason"> {
  const ended = { exitCode: exit.code, exitSignal: exit.signal };
  // It was told to give up: that it did so without an error does not mean that its work is done.
  if (cause === "cancelled") return { ...ended, outcome: "cancelled", reason: "cancelled by hand" };
  if (cause === "unhealthy") return { ...ended, outcome: "failed", reason: "it was unhealthy" };
  if (cause === "memory") return { ...ended, outcome: "failed", reason: "it took more than its max_memory" };
  // What ends well although it was told to stop has done its work.
  if (isSuccess) return { ...ended, outcome: "succeeded", reason: null };
  switch (cause) {
    case "timeout":
      return { ...ended, outcome: "timed_out", reason: `took longer than ${timeout}` };
    case "replaced":
      return { ...ended, outcome: "replaced", reason: "the next run took its place" };
    case "stopped":
      return { ...ended, outcome: "stopped", reason: "stopped by hand" };
    case "removed":
      return { ...ended, outcome: "stopped", reason: "the job was removed before it began" };
    case "shutdown":
      return { ...ended, outcome: "interrupted", reason: "longshored was shut down" };
    case null: {
      const reason = exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
      return { ...ended, outcome: "failed", reason };
    }
  }
}
