import { interpolate, type Variables } from "../../supervisor/config/interpolate.ts";
import { toUserErrors } from "../../supervisor/config/problem.ts";
import { UserError } from "../../supervisor/config/user-error.ts";
import { checkYaml } from "../../supervisor/config/yaml-document.ts";
import { addressOf } from "../connection/open.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { StackSettings } from "./schema.ts";
import type { Stack } from "./stack.ts";

/** A stack's settings for one host, and the variables with which Compose reads its file there. */
export interface HostSettings extends StackSettings {
  variables: Record<string, string>;
}

/**
 * Puts a host's variables into the x-longshore block and validates it.
 *
 * @throws UserErrors `stack_invalid` with file:line:column, naming the host
 */
export function resolveSettings(stack: Stack, host: InventoryHost): HostSettings {
  const variables = hostVariables(stack, host);
  const block = (stack.source.value as Record<string, unknown>)["x-longshore"];
  const first = check(stack, host, interpolateDeep(block, variables, stack, host));
  const own = { ...variables, ...tlsVariables(first) };
  // Endpoints may use what came out of the tls block.
  const settings = check(stack, host, interpolateDeep(block, own, stack, host));
  if (!(settings.supervisor in stack.services)) {
    throw new UserError(
      "stack_invalid",
      `${stack.file}: x-longshore.supervisor names the service "${settings.supervisor}", which is not there`,
      {
        hint: `services: ${Object.keys(stack.services).join(", ")}`,
      },
    );
  }
  return { ...settings, variables: own };
}

/** Scalars of the inventory, but for Ansible's own (`ansible_*` can hold passwords). */
function hostVariables(stack: Stack, host: InventoryHost): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(host.vars)) {
    const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (isScalar && !name.startsWith("ansible_") && /^[A-Za-z_]\w*$/.test(name)) own[name] = String(value);
  }
  return {
    ...own,
    LONGSHORE_STACK: stack.name,
    LONGSHORE_HOST: host.name,
    LONGSHORE_ADDRESS: addressOf(host),
    LONGSHORE_DOMAIN: "localhost",
  };
}

function tlsVariables({ tls }: StackSettings): Record<string, string> {
  return {
    LONGSHORE_DOMAIN: tls.domains[0] ?? "localhost",
    LONGSHORE_TLS_MODE: tls.mode,
    LONGSHORE_TLS_DOMAINS: tls.domains.join(","),
    LONGSHORE_TLS_EMAIL: tls.email ?? "",
    LONGSHORE_TLS_SERVER: tls.server,
    LONGSHORE_TLS_CA: tls.ca_file === undefined ? "" : "/etc/longshore/acme-ca.pem",
  };
}

function check(stack: Stack, host: InventoryHost, block: unknown): StackSettings {
  const settings = checkYaml({ ...stack.source, value: { "x-longshore": block } }, StackSettings, [
    "x-longshore",
  ]);
  if (settings.ok) return settings.value;
  const problems = settings.problems.map((problem) => ({
    ...problem,
    message: `${problem.message} (host ${host.name})`,
  }));
  throw toUserErrors("stack_invalid", problems);
}

function interpolateDeep(value: unknown, variables: Variables, stack: Stack, host: InventoryHost): unknown {
  if (typeof value === "string") {
    const result = interpolate(value, variables);
    if (result.ok) return result.value;
    throw new UserError("stack_invalid", `${stack.file}: x-longshore: ${result.message} (host ${host.name})`);
  }
  if (Array.isArray(value)) return value.map((item) => interpolateDeep(item, variables, stack, host));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, interpolateDeep(item, variables, stack, host)]),
  );
}
