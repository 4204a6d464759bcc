import { driftExitCode, type HostDrift, joinDrift } from "../fleet/host-drift.ts";
import type { PendingChange } from "../fleet/outcome.ts";
import { deployHosts, prepareDeployment, rolesOf } from "../rollout/prepare.ts";
import { provisionHosts } from "../steps/provision-hosts.ts";
import { visibleValues } from "../ui/visible-values.ts";
import type { StackOptions } from "./options/options.ts";
import { printJson } from "./session/report.ts";
import { withSession } from "./session/session.ts";

/** `longshore drift`: what provision and deploy would change, without changing anything. Returns the exit code. */
export function driftCommand(options: StackOptions): Promise<number> {
  return withSession("drift", { ...options, check: true }, async (session) => {
    const deployment = await prepareDeployment(options, session.hosts);
    const quiet = { ...session, run: { ...session.run, display: "silent" as const } };
    const provisioned = await provisionHosts(quiet, options.upgrade === true, rolesOf(deployment));
    const reached = new Set(
      provisioned.filter(({ status }) => status === "ok" || status === "pending").map(({ host }) => host),
    );
    const hosts = session.hosts.filter(({ name }) => reached.has(name));
    const drifts = joinDrift(provisioned, await deployHosts({ ...quiet, hosts }, deployment));
    if (options.json) printJson({ hosts: drifts }, options.json);
    else session.say(visibleValues(drifts).map(formatDrift).join("\n"));
    return driftExitCode(drifts);
  });
}

function formatDrift({ host, status, provision, deploy, error }: HostDrift): string {
  const changes = [...describe("provision", provision), ...describe("deploy", deploy)];
  const failure = error === undefined ? [] : [`${error.step}: ${error.message}`, error.hint ?? ""];
  return [`${host}  ${status}`, ...[...changes, ...failure].filter(Boolean).map((line) => `  ${line}`)].join(
    "\n",
  );
}

function describe(command: string, changes: readonly PendingChange[]): string[] {
  return changes.flatMap(({ title, details }) => [
    `${command} would change: ${title}`,
    ...details.map((line) => `  ${line}`),
  ]);
}
