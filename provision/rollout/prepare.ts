import type { Fleet } from "../fleet/fleet.ts";
import type { HostOutcome } from "../fleet/outcome.ts";
import { runHosts } from "../fleet/run-hosts.ts";
import { listWantedImages, type WantedImage } from "../image/image.ts";
import { ImageStore } from "../image/image-store.ts";
import { programsDirectory } from "../image/programs-directory.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { makeRelease } from "../release/release.ts";
import { resolveBuilds } from "../stack/builds.ts";
import type { Role } from "../stack/role.ts";
import { resolveServices } from "../stack/services.ts";
import { type HostSettings, resolveSettings } from "../stack/settings.ts";
import { loadStack, type Stack } from "../stack/stack.ts";
import { type Deployment, planDeploy } from "./deploy-host.ts";

/**
 * Reads the stack and makes every host's release. Everything that can be wrong with the operator's files is found here,
 * before a host is touched.
 */
export async function prepareDeployment(
  folders: { stack: string; secrets: string },
  hosts: InventoryHost[],
): Promise<Deployment> {
  const stack = await loadStack(folders.stack);
  const settings = hosts.map((host) => {
    const own = resolveSettings(stack, host);
    return { host, settings: own, services: resolveServices(stack, host, own) };
  });
  const imagesOf = shareImages(stack, folders.secrets);
  const releases = await Promise.all(
    settings.map(
      async ({ host, settings: own, services }) =>
        [
          host.name,
          await makeRelease(stack, own, services, await imagesOf(host, own), folders.secrets),
        ] as const,
    ),
  );
  return { releases: new Map(releases), images: new ImageStore() };
}

/** A host's images; hosts that build the same share one reading of the contexts. */
function shareImages(
  stack: Stack,
  secrets: string,
): (host: InventoryHost, settings: HostSettings) => Promise<WantedImage[]> {
  const known = new Map<string, Promise<WantedImage[]>>();
  return (host, settings) => {
    const builds = resolveBuilds(stack, host, settings);
    const key = JSON.stringify([settings.supervisor, builds]);
    const images =
      known.get(key) ?? listWantedImages(stack, builds, settings.supervisor, programsDirectory(), secrets);
    known.set(key, images);
    return images;
  };
}

/** Deploys on every host what was prepared. Never throws for a host. */
export async function deployHosts(
  { hosts, connections, run }: Fleet,
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
