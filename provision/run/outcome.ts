/** What a command did on one host. */
export interface HostOutcome {
  host: string;
  /**
   * `pending`: with --check, there is something to do. `skipped`: not begun, because too many others had failed.
   * `interrupted`: the operator stopped the run before this host was done.
   */
  status: "ok" | "changed" | "pending" | "failed" | "unreachable" | "skipped" | "interrupted";
  /** what was changed, a line each */
  changes: string[];
  /** with --check: what would be done */
  pending?: PendingChange[];
  seconds: number;
  /** the step that failed, and why */
  error?: HostFailure;
}

/** Why a host did not get through. */
export interface HostFailure {
  step: string;
  code: string;
  message: string;
  hint?: string;
  /** where a command on the host failed */
  command?: { line: string; exit_code: number; stderr: string };
}

/** Something that would be done. `details` are lines of a diff: `+ new`, `- old`. */
export interface PendingChange {
  title: string;
  details: string[];
}

/** 0 where every host is as wanted, 1 where one is not, 2 where --check found something to do. */
export function exitCodeOf(outcomes: HostOutcome[]): 0 | 1 | 2 {
  if (outcomes.some(({ status }) => !["ok", "changed", "pending"].includes(status))) return 1;
  return outcomes.some(({ status }) => status === "pending") ? 2 : 0;
}

/** True where every host is as wanted. */
export function allGood(outcomes: HostOutcome[]): boolean {
  return outcomes.every(({ status }) => status === "ok" || status === "changed");
}

/** The hosts that the same command would have to go on with. */
export function unfinishedHosts(outcomes: HostOutcome[]): string[] {
  const unfinished: HostOutcome["status"][] = ["failed", "unreachable", "skipped", "interrupted"];
  return outcomes.filter(({ status }) => unfinished.includes(status)).map(({ host }) => host);
}
