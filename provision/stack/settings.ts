import { suggestWord } from "../../shared/suggest.ts";
import { addressOf } from "../connection/open.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { formatVariable } from "../inventory/python/value.ts";
import { readFilled, refuseStack } from "./fill.ts";
import { refuseOpaqueVariables } from "./opaque-variables.ts";
import { StackSettings } from "./schema.ts";
import type { Stack } from "./stack.ts";

const BLOCK = "x-longshore";

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
  refuseOpaqueVariables(stack, host);
  const variables = hostVariables(stack, host);
  const first = readFilled(stack, host, [BLOCK], StackSettings, variables);
  const own = { ...variables, ...tlsVariables(first) };
  // Endpoints may use what came out of the tls block.
  const settings = readFilled(stack, host, [BLOCK], StackSettings, own);
  checkSupervisor(stack, host, settings);
  return { ...settings, variables: own };
}

function checkSupervisor(stack: Stack, host: InventoryHost, { supervisor, tls }: StackSettings): void {
  const services = Object.keys(stack.services);
  const refuse = (key: string, message: string, hint: string) => {
    const position = stack.source.positionOf([BLOCK, key]);
    return refuseStack(host, [{ file: stack.file, position, path: `${BLOCK}.${key}`, message, hint }]);
  };
  if (supervisor === undefined) {
    if (tls.mode !== "acme") return;
    const hint = "name the service whose PID 1 is longshored:  supervisor: SERVICE";
    throw refuse("tls", `needs a supervisor, which runs the job "${tls.job}"`, hint);
  }
  if (services.includes(supervisor)) return;
  const near = suggestWord(supervisor, services);
  const hint = near === undefined ? `services: ${services.join(", ")}` : `did you mean "${near}"?`;
  throw refuse("supervisor", `there is no service "${supervisor}"`, hint);
}

/** Plain values and lists of the inventory as text, but for Ansible's own (`ansible_*` can hold passwords). */
function hostVariables(stack: Stack, host: InventoryHost): Record<string, string> {
  const own = Object.entries(host.vars).flatMap(([name, value]) => {
    const text = formatVariable(value);
    const isOurs = !name.startsWith("ansible_") && /^[A-Za-z_]\w*$/.test(name);
    return text === undefined || !isOurs ? [] : [[name, text] as const];
  });
  return {
    ...Object.fromEntries(own),
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
