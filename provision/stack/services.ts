import type { WantedServices } from "../engine/compose/wanted.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { readFilled } from "./fill.ts";
import { DeployBlock, Scale } from "./schema.ts";
import type { HostSettings } from "./settings.ts";
import type { Stack } from "./stack.ts";

/**
 * What a stack wants to run on a host: as Compose reads `scale`, `deploy.replicas`, `profiles` and COMPOSE_PROFILES.
 *
 * @throws UserErrors `stack_invalid` with file:line:column, naming the host
 */
export function resolveServices(stack: Stack, host: InventoryHost, settings: HostSettings): WantedServices {
  const { variables } = settings;
  const active = (variables.COMPOSE_PROFILES ?? "").split(",").map((name) => name.trim());
  const isActive = (profiles: readonly string[]) =>
    profiles.length === 0 || active.includes("*") || profiles.some((name) => active.includes(name));
  return Object.fromEntries(
    Object.entries(stack.services).map(([service, { profiles }]) => {
      const at = ["services", service];
      const scale = readFilled(stack, host, [...at, "scale"], Scale, variables);
      const deploy = readFilled(stack, host, [...at, "deploy"], DeployBlock, variables);
      const replicas = isActive(profiles) ? (scale ?? deploy?.replicas ?? 1) : null;
      return [service, { replicas, supervisor: needsSupervisor(stack, service, settings) }];
    }),
  );
}

/**
 * Whether a service can only do its work with longshored as PID 1: it is named as the supervisor, and there is something for
 * one, which is tasks, a certificate, or an image into which deploy puts the programs.
 */
function needsSupervisor(stack: Stack, service: string, { supervisor, config, tls }: HostSettings): boolean {
  if (service !== supervisor) return false;
  return config.includes("tasks.yaml") || tls.mode === "acme" || stack.services[service]?.build !== undefined;
}
