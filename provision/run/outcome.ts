/** What a command did on one host. */
export interface HostOutcome {
  host: string;
  /** `pending`: with --check, there is something to do */
  status: "ok" | "changed" | "pending" | "failed" | "unreachable";
  /** what was changed, a line each */
  changes: string[];
  /** with --check: what would be done */
  pending?: PendingChange[];
  seconds: number;
  /** the step that failed, and why */
  error?: { step: string; code: string; message: string; hint?: string };
}

/** Something that would be done. `details` are lines of a diff: `+ new`, `- old`. */
export interface PendingChange {
  title: string;
  details: string[];
}

/** 0 where every host is as wanted, 1 where one failed, 2 where --check found something to do. */
export function exitCodeOf(outcomes: HostOutcome[]): 0 | 1 | 2 {
  if (outcomes.some(({ status }) => status === "failed" || status === "unreachable")) return 1;
  return outcomes.some(({ status }) => status === "pending") ? 2 : 0;
}

/** True where every host is as wanted. */
export function allGood(outcomes: HostOutcome[]): boolean {
  return outcomes.every(({ status }) => status === "ok" || status === "changed");
}
