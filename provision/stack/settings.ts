import { interpolate, type Variables } from "../../supervisor/config/interpolate.ts";
import { type Problem, toUserErrors } from "../../supervisor/config/problem.ts";
import { suggestWord } from "../../supervisor/config/suggest.ts";
import type { UserErrors } from "../../supervisor/config/user-error.ts";
import { checkYaml } from "../../supervisor/config/yaml-document.ts";
import { addressOf } from "../connection/open.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { formatVariable } from "../inventory/value.ts";
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
  const variables = hostVariables(stack, host);
  const first = readBlock(stack, host, variables);
  const own = { ...variables, ...tlsVariables(first) };
  // Endpoints may use what came out of the tls block.
  const settings = readBlock(stack, host, own);
  if (!(settings.supervisor in stack.services)) {
    const near = suggestWord(settings.supervisor, Object.keys(stack.services));
    throw refuse(host, [
      {
        file: stack.file,
        position: stack.source.positionOf([BLOCK, "supervisor"]),
        path: `${BLOCK}.supervisor`,
        message: `there is no service "${settings.supervisor}"`,
        hint:
          near === undefined
            ? `services: ${Object.keys(stack.services).join(", ")}`
            : `did you mean "${near}"?`,
      },
    ]);
  }
  return { ...settings, variables: own };
}

/** Plain values and lists of the inventory as text, but for Ansible's own (`ansible_*` can hold passwords). */
function hostVariables(stack: Stack, host: InventoryHost): Record<string, string> {
  const own: Record<string, string> = {};
  for (const [name, value] of Object.entries(host.vars)) {
    const text = formatVariable(value);
    if (text !== undefined && !name.startsWith("ansible_") && /^[A-Za-z_]\w*$/.test(name)) own[name] = text;
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

/** The block with variables put in, validated. */
function readBlock(stack: Stack, host: InventoryHost, variables: Variables): StackSettings {
  const problems: Problem[] = [];
  const fill = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === "string") {
      const result = interpolate(value, variables);
      if (result.ok) return result.value;
      const position = stack.source.positionOf(path);
      problems.push({ file: stack.file, position, path: path.join("."), message: result.message });
    }
    if (Array.isArray(value)) return value.map((item, index) => fill(item, [...path, String(index)]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, [...path, key])]));
  };
  const block = fill((stack.source.value as Record<string, unknown>)[BLOCK], [BLOCK]);
  if (problems.length > 0) throw refuse(host, problems);
  const settings = checkYaml({ ...stack.source, value: { [BLOCK]: block } }, StackSettings, [BLOCK]);
  if (settings.ok) return settings.value;
  throw refuse(host, settings.problems);
}

function refuse(host: InventoryHost, problems: readonly Problem[]): UserErrors {
  const named = problems.map((problem) => ({
    ...problem,
    message: `${problem.message} (host ${host.name})`,
  }));
  return toUserErrors("stack_invalid", named);
}
