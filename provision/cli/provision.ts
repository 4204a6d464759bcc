import type { Connection } from "../connection/connection.ts";
import type { Planner } from "../fleet/action.ts";
import type { HostOutcome } from "../fleet/outcome.ts";
import { runHosts } from "../fleet/run-hosts.ts";
import { hostApt } from "../host/apt/apt.ts";
import { refreshPackages } from "../host/apt/apt-sources.ts";
import { distributionOf } from "../host/distribution.ts";
import { gatherFacts } from "../host/facts/gather.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { Role } from "../stack/role.ts";
import { actionsFor } from "../steps/host-steps.ts";
import { provisionSteps } from "../steps/steps.ts";
import { readWanted, type Wanted } from "../steps/wanted.ts";
import type { FleetOptions } from "./options/options.ts";
import { printJson, reportOutcomes, type Session, withSession } from "./session.ts";

/** `longshore provision`. Returns the exit code. */
export function provisionCommand(options: FleetOptions & { stack?: string }): Promise<number> {
  return withSession("provision", options, async (session) => {
    const outcomes = await provisionHosts(session, await rolesOfStack(options.stack));
    if (options.json) printJson({ hosts: outcomes }, options.json);
    return reportOutcomes(session, outcomes);
  });
}

/** The roles that a stack asks for; loaded only where there is one, as is all that reads YAML. */
async function rolesOfStack(
  folder: string | undefined,
): Promise<((host: InventoryHost) => readonly Role[]) | undefined> {
  if (folder === undefined) return undefined;
  const [{ loadStack }, { resolveSettings }] = await Promise.all([
    import("../stack/stack.ts"),
    import("../stack/settings.ts"),
  ]);
  const stack = await loadStack(folder);
  return (host) => resolveSettings(stack, host).roles;
}

/** @param rolesOf the roles that a host's stack asks for */
export async function provisionHosts(
  { hosts, connections, run, options }: Session,
  rolesOf: (host: InventoryHost) => readonly Role[] = () => [],
): Promise<HostOutcome[]> {
  // What the inventory asks of them all is read before any is touched.
  const wanted = hosts.map((host) =>
    readWanted(host, { upgrade: options.upgrade === true, stackRoles: rolesOf(host) }),
  );
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
