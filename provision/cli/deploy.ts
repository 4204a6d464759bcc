import * as z from "zod";
import { HostOutcome } from "../fleet/outcome.ts";
import type { Deployment } from "../rollout/deploy-host.ts";
import { deployHosts, prepareDeployment } from "../rollout/prepare.ts";
import type { StackOptions } from "./options/options.ts";
import { printJson, reportOutcomes } from "./session/report.ts";
import { withSession } from "./session/session.ts";

/** What `deploy` did on one host, and what belongs there. */
export const HostDeployment = HostOutcome.extend({
  stack: z.string(),
  release: z.string().describe("its name: a hash of the stack's content"),
});
export type HostDeployment = z.infer<typeof HostDeployment>;

/** `longshore deploy`. Returns the exit code. */
export function deployCommand(options: StackOptions): Promise<number> {
  return withSession("deploy", options, async (session) => {
    const deployment = await prepareDeployment(options, session.hosts);
    const outcomes = await deployHosts(session, deployment);
    if (options.json)
      printJson({ hosts: outcomes.map((outcome) => describeDeployment(outcome, deployment)) }, options.json);
    return reportOutcomes(session, outcomes);
  });
}

function describeDeployment(outcome: HostOutcome, { releases }: Deployment): HostDeployment {
  const release = releases.get(outcome.host);
  if (release === undefined) throw new Error(`no release was made for ${outcome.host}`);
  return { ...outcome, stack: release.stack, release: release.id };
}
