import type { InventoryHost } from "../inventory/inventory.ts";
import { readFilled } from "./fill.ts";
import { Build } from "./schema.ts";
import type { HostSettings } from "./settings.ts";
import type { Stack } from "./stack.ts";

/** How the image of a service is built. */
export interface ServiceBuild {
  /** relative to the stack's folder */
  context: string;
  dockerfile: string;
  target: string | undefined;
  args: Record<string, string>;
  labels: Record<string, string>;
  /** of the containers that run the build's steps: `host`, `none`; the engine's default where undefined */
  network: string | undefined;
  /** how the engine's cache is used; it does not change what the image is */
  cache: { from: string[]; none: boolean; pull: boolean };
}

/**
 * The builds of a stack's services with a host's variables put in, as Compose does it: an argument without a value takes that
 * of the variable of its name, and is left out where there is none.
 *
 * @returns service → build
 * @throws UserErrors `stack_invalid` with file:line:column, naming the host
 */
export function resolveBuilds(
  stack: Stack,
  host: InventoryHost,
  { variables }: Pick<HostSettings, "variables">,
): Record<string, ServiceBuild> {
  const services = Object.entries(stack.services).filter(([, { build }]) => build !== undefined);
  return Object.fromEntries(
    services.map(([service]) => {
      const path = ["services", service, "build"];
      const build = readFilled(stack, host, path, Build, variables);
      const { context, dockerfile, target, network } = build;
      return [
        service,
        {
          context,
          dockerfile,
          target,
          args: fillValues(build.args, variables),
          labels: fillValues(build.labels, {}, ""),
          network,
          cache: { from: build.cache_from, none: build.no_cache, pull: build.pull },
        },
      ];
    }),
  );
}

/** @param otherwise the value of a name that has none, here or as a variable; it is left out where this is undefined */
function fillValues(
  given: Build["args"],
  variables: Record<string, string>,
  otherwise?: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, text]) => {
      const value = text ?? variables[name] ?? otherwise;
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
