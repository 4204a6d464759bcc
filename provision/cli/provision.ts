import { gatherFacts } from "../facts/gather.ts";
import type { Action, Planner } from "../run/action.ts";
import type { HostOutcome } from "../run/outcome.ts";
import { runHosts } from "../run/run-hosts.ts";
import { distributionOf } from "../steps/distribution.ts";
import { planSteps } from "../steps/step.ts";
import { PROVISION_STEPS } from "../steps/steps.ts";
import type { FleetOptions } from "./options.ts";
import { printJson, reportOutcomes, type Session, withSession } from "./session.ts";

/** `longshore provision`. Returns the exit code. */
export function provisionCommand(options: FleetOptions): Promise<number> {
  return withSession(options, async (session) => {
    const outcomes = await provisionHosts(session);
    if (options.json) printJson({ hosts: outcomes });
    return reportOutcomes(session, outcomes);
  });
}

export function provisionHosts({ hosts, connections, display, options }: Session): Promise<HostOutcome[]> {
  return runHosts(hosts, connections, () => planProvision, {
    display,
    forks: options.forks,
    check: options.check === true,
  });
}

const planProvision: Planner = async (connection) => {
  const facts = await gatherFacts(connection);
  distributionOf(facts);
  return planSteps(PROVISION_STEPS, facts).map(
    ({ step, change }): Action => ({
      title: `${step.title}: ${change.summary}`,
      isChange: true,
      details: change.details,
      run: ({ progress, note }) => change.apply({ connection, facts, progress, note }),
    }),
  );
};
