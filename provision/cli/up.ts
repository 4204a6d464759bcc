import { allGood } from "../fleet/outcome.ts";
import { deployHosts, listUrls, prepareDeployment, rolesOf } from "../rollout/prepare.ts";
import { provisionHosts } from "../steps/provision-hosts.ts";
import type { StackOptions } from "./options/options.ts";
import { printJson, reportOutcomes } from "./session/report.ts";
import { withSession } from "./session/session.ts";
import { showStatus } from "./session/show-status.ts";

/** `longshore up`: provision, deploy and status in one. Returns the exit code. */
export function upCommand(options: StackOptions): Promise<number> {
  return withSession("up", options, async (session) => {
    const deployment = await prepareDeployment(options, session.hosts);
    session.say("Provision");
    const provisioned = await provisionHosts(session, options.upgrade === true, rolesOf(deployment));
    const ready = session.hosts.filter(({ name }) =>
      allGood(provisioned.filter(({ host }) => host === name)),
    );
    session.say("\nDeploy");
    const deployed = await deployHosts({ ...session, hosts: ready }, deployment);
    const outcomes = provisioned.map((first) => {
      const second = deployed.find(({ host }) => host === first.host);
      if (second === undefined) return first;
      const status = second.status === "ok" ? first.status : second.status;
      return {
        ...second,
        status,
        changes: [...first.changes, ...second.changes],
        seconds: first.seconds + second.seconds,
      };
    });
    if (options.json) {
      printJson({ hosts: outcomes }, options.json);
      return reportOutcomes(session, outcomes);
    }
    const code = reportOutcomes(session, outcomes);
    session.say("");
    const state = await showStatus({ ...session, hosts: ready }, [...deployment.releases.values()][0]?.stack);
    session.say(
      `\n${listUrls(deployment, deployed)
        .map((url) => `  ${url}`)
        .join("\n")}`,
    );
    return code === 0 ? state : code;
  });
}
