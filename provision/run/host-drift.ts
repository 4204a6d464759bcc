import type { HostFailure, HostOutcome, PendingChange } from "./outcome.ts";

/** How far a host is from what its inventory and its stack want. */
export interface HostDrift {
  host: string;
  status: "ok" | "drifted" | "failed" | "unreachable" | "skipped" | "interrupted";
  /** what provision would change */
  provision: PendingChange[];
  /** what deploy would change */
  deploy: PendingChange[];
  error?: HostFailure;
}

/**
 * Joins what `provision --check` and `deploy --check` found. A host without an engine has drifted, and what a deploy would do
 * there cannot be said yet.
 */
export function joinDrift(
  provisioned: readonly HostOutcome[],
  deployed: readonly HostOutcome[],
): HostDrift[] {
  return provisioned.map((first): HostDrift => {
    const second = deployed.find(({ host }) => host === first.host);
    const provision = first.pending ?? [];
    const deploy = second?.pending ?? [];
    const base = { host: first.host, provision, deploy };
    const lacksEngine = second?.error?.code === "docker_missing" && provision.length > 0;
    const failed = [first, lacksEngine ? undefined : second].find(
      (outcome) => outcome !== undefined && !["ok", "pending", "changed"].includes(outcome.status),
    );
    if (failed !== undefined) {
      const status = failed.status as Exclude<HostOutcome["status"], "ok" | "pending" | "changed">;
      return { ...base, status, error: failed.error };
    }
    return { ...base, status: provision.length + deploy.length > 0 ? "drifted" : "ok" };
  });
}

/** 0 where no host has drifted, 1 where one cannot be judged, 2 where one has. */
export function driftExitCode(drifts: readonly HostDrift[]): 0 | 1 | 2 {
  if (drifts.some(({ status }) => status !== "ok" && status !== "drifted")) return 1;
  return drifts.some(({ status }) => status === "drifted") ? 2 : 0;
}
