/** What a command did on one host. */
export interface HostOutcome {
  host: string;
  status: "ok" | "changed" | "failed" | "unreachable";
  /** what was changed, a line each */
  changes: string[];
  seconds: number;
  /** the step that failed, and why */
  error?: { step: string; code: string; message: string; hint?: string };
}

/** True where every host is as wanted. */
export function allGood(outcomes: HostOutcome[]): boolean {
  return outcomes.every(({ status }) => status === "ok" || status === "changed");
}
