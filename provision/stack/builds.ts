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
      const { context, dockerfile, target, args } = readFilled(stack, host, path, Build, variables);
      return [service, { context, dockerfile, target, args: fillArguments(args, variables) }];
    }),
  );
}

function fillArguments(args: Build["args"], variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).flatMap(([name, given]) => {
      const value = given ?? variables[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
