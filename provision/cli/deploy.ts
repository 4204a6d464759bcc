import { fileURLToPath } from "node:url";
import * as z from "zod";
import { HostOutcome } from "../fleet/outcome.ts";
import { runHosts } from "../fleet/run-hosts.ts";
import { listWantedImages, type WantedImage } from "../image/image.ts";
import { ImageStore } from "../image/image-store.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { makeRelease } from "../release/release.ts";
import { type Deployment, planDeploy } from "../rollout/deploy-host.ts";
import { resolveBuilds } from "../stack/builds.ts";
import type { Role } from "../stack/role.ts";
import { resolveServices } from "../stack/services.ts";
import { type HostSettings, resolveSettings } from "../stack/settings.ts";
import { loadStack, type Stack } from "../stack/stack.ts";
import type { StackOptions } from "./options/options.ts";
import { printJson, reportOutcomes, type Session, withSession } from "./session.ts";

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

/**
 * Reads the stack and makes every host's release. Everything that can be wrong with the operator's files is found here,
 * before a host is touched.
 */
export async function prepareDeployment(options: StackOptions, hosts: InventoryHost[]): Promise<Deployment> {
  const stack = await loadStack(options.stack);
  const settings = hosts.map((host) => {
    const own = resolveSettings(stack, host);
    return { host, settings: own, services: resolveServices(stack, host, own) };
  });
  const imagesOf = shareImages(stack);
  const releases = await Promise.all(
    settings.map(
      async ({ host, settings: own, services }) =>
        [
          host.name,
          await makeRelease(stack, own, services, await imagesOf(host, own), options.secrets),
        ] as const,
    ),
  );
  return { releases: new Map(releases), images: new ImageStore() };
}

/** A host's images; hosts that build the same share one reading of the contexts. */
function shareImages(stack: Stack): (host: InventoryHost, settings: HostSettings) => Promise<WantedImage[]> {
  const known = new Map<string, Promise<WantedImage[]>>();
  return (host, settings) => {
    const builds = resolveBuilds(stack, host, settings);
    const key = JSON.stringify([settings.supervisor, builds]);
    const images =
      known.get(key) ?? listWantedImages(stack, builds, settings.supervisor, programsDirectory());
    known.set(key, images);
    return images;
  };
}

export async function deployHosts(
  { hosts, connections, run }: Session,
  deployment: Deployment,
): Promise<HostOutcome[]> {
  try {
    const planner = (host: InventoryHost) => planDeploy(deployment, host);
    return await runHosts(hosts, connections, planner, run);
  } finally {
    await deployment.images.close();
  }
}

/** The roles that the stack asks for on a host. */
export function rolesOf(deployment: Deployment): (host: InventoryHost) => readonly Role[] {
  return ({ name }) => deployment.releases.get(name)?.settings.roles ?? [];
}

/** Where the site is on the hosts where all went well: `https://example.org/`. */
export function listUrls(deployment: Deployment, outcomes: HostOutcome[]): string[] {
  const good = outcomes.filter(({ status }) => status === "ok" || status === "changed");
  const endpoints = good.flatMap(({ host }) => deployment.releases.get(host)?.settings.endpoints ?? []);
  return [...new Set(endpoints.map((url) => `${new URL(url).origin}/`))];
}

function describeDeployment(outcome: HostOutcome, { releases }: Deployment): HostDeployment {
  const release = releases.get(outcome.host);
  if (release === undefined) throw new Error(`no release was made for ${outcome.host}`);
  return { ...outcome, stack: release.stack, release: release.id };
}

/** dist/ of the checkout: this file runs from there (bundled) or from provision/cli/ (in development). */
function programsDirectory(): string {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const root = here.replace(/(dist(\/chunks)?|provision\/cli)\/$/, "");
  return `${root}dist`;
}
