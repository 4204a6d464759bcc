import type { Connection } from "../connection/connection.ts";
import type { Planner } from "../fleet/action.ts";
import type { Fleet } from "../fleet/fleet.ts";
import type { HostOutcome } from "../fleet/outcome.ts";
import { runHosts } from "../fleet/run-hosts.ts";
import { hostApt } from "../host/apt/apt.ts";
import { refreshPackages } from "../host/apt/apt-sources.ts";
import { distributionOf } from "../host/distribution.ts";
import { gatherFacts } from "../host/facts/gather.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { Role } from "../stack/role.ts";
import { actionsFor } from "./host-steps.ts";
import { provisionSteps } from "./steps.ts";
import { readWanted, type Wanted } from "./wanted.ts";

/**
 * Brings every host to what its inventory asks for. Never throws for a host.
 *
 * @param upgrade bring Docker's packages to the newest version
 * @param rolesOf the roles that a host's stack asks for
 */
export async function provisionHosts(
  { hosts, connections, run }: Fleet,
  upgrade: boolean,
  rolesOf: (host: InventoryHost) => readonly Role[] = () => [],
): Promise<HostOutcome[]> {
  // What the inventory asks of them all is read before any is touched.
  const wanted = hosts.map((host) => readWanted(host, { upgrade, stackRoles: rolesOf(host) }));
  const planner = (host: InventoryHost) =>
    planProvision(wanted[hosts.indexOf(host)] as Wanted, run.check, () => connections.openAnother(host));
  return runHosts(hosts, connections, planner, run);
}

function planProvision(wanted: Wanted, check: boolean, reconnect: () => Promise<Connection>): Planner {
  return async (connection) => {
    // Only lists of packages: the host stays as it is, and --check goes by those that it has.
    if (wanted.upgrade && !check)
      await refreshPackages(hostApt({ connection, progress: () => {}, tell: () => {} }));
    const gather = () =>
      gatherFacts(connection, undefined, { roles: wanted.roles, candidates: wanted.upgrade });
    const facts = await gather();
    // Refuses a system that is not known, before anything is touched.
    distributionOf(facts);
    return actionsFor(provisionSteps(wanted), facts, { connection, gather, reconnect });
  };
}
