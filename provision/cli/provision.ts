import { gatherFacts } from "../facts/gather.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { Planner } from "../run/action.ts";
import type { Connections } from "../run/connections.ts";
import type { HostOutcome } from "../run/outcome.ts";
import { runHosts } from "../run/run-hosts.ts";
import { distributionOf } from "../steps/distribution.ts";
import { actionsFor } from "../steps/host-steps.ts";
import { PROVISION_STEPS } from "../steps/steps.ts";
import type { FleetOptions } from "./options.ts";
import { printJson, reportOutcomes, type Session, withSession } from "./session.ts";

/** `longshore provision`. Returns the exit code. */
export function provisionCommand(options: FleetOptions): Promise<number> {
  return withSession("provision", options, async (session) => {
    const outcomes = await provisionHosts(session);
    if (options.json) printJson({ hosts: outcomes }, options.json);
    return reportOutcomes(session, outcomes);
  });
}

export function provisionHosts({ hosts, connections, run }: Session): Promise<HostOutcome[]> {
  return runHosts(hosts, connections, (host) => planProvision(host, connections), run);
}

function planProvision(host: InventoryHost, connections: Connections): Planner {
  return async (connection) => {
    const gather = () => gatherFacts(connection);
    const reconnect = () => connections.openAnother(host);
    const facts = await gather();
    // Refuses a system that is not known, before anything is touched.
    distributionOf(facts);
    return actionsFor(PROVISION_STEPS, facts, { connection, gather, reconnect });
  };
}
