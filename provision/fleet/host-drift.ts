import * as z from "zod";
import { HostFailure, type HostOutcome, PendingChange } from "./outcome.ts";

/** How far a host is from what its inventory and its stack want. */
export const HostDrift = z.object({
  host: z.string().describe("its name in the inventory"),
  status: z.enum(["ok", "drifted", "failed", "unreachable", "skipped", "interrupted"]),
  provision: z.array(PendingChange).describe("what `provision` would change"),
  deploy: z.array(PendingChange).describe("what `deploy` would change; empty where there is no engine yet"),
  error: HostFailure.optional().describe(
    "where the host cannot be judged; with `drifted`, what runs there and is not well (codes `unhealthy`, `endpoint_failed`)",
  ),
});
export type HostDrift = z.infer<typeof HostDrift>;

/** What runs there can be judged, and is not as it should be. */
const NOT_WELL = ["unhealthy", "endpoint_failed"];

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
    // The host can be judged very well: it is not as wanted, and deploy would say so.
    if (failed?.error !== undefined && NOT_WELL.includes(failed.error.code))
      return { ...base, status: "drifted", error: failed.error };
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
