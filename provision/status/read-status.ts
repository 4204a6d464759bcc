import { run, shellScript, UnreachableError } from "../connection/connection.ts";
import { engineSilent, LIMIT_DOCKER, saysHung } from "../connection/limit-docker.ts";
import type { Connections } from "../fleet/connections.ts";
import { eachHost } from "../fleet/each-host.ts";
import { describeError } from "../fleet/host-error.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { type HostStatus, parseStatus } from "./host-status.ts";
import { STATUS_SCRIPT } from "./script.ts";

/** Asks the hosts, `forks` of them at a time, one command each. A host that fails is a row like the others. */
export function readStatus(
  hosts: InventoryHost[],
  connections: Connections,
  stack: string | undefined,
  forks: number,
): Promise<HostStatus[]> {
  return eachHost(hosts, forks, async (host): Promise<HostStatus> => {
    try {
      const connection = await connections.get(host);
      const { stdout } = await run(connection, shellScript(LIMIT_DOCKER + STATUS_SCRIPT, stack ?? ""), {
        become: true,
        limitSeconds: 60,
        title: "reading the status",
      });
      const status = parseStatus(host.name, stdout);
      if (!saysHung(stdout)) return status;
      return { ...status, status: "failed", error: describeError(engineSilent(host.name)) };
    } catch (error) {
      return {
        host: host.name,
        status: error instanceof UnreachableError ? "unreachable" : "failed",
        problems: [],
        containers: [],
        error: describeError(error),
      };
    }
  });
}
