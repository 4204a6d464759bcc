import * as z from "zod";
import { Size } from "../../supervisor/config/size.ts";
import { UserErrors } from "../../supervisor/config/user-error.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { listOf, type Role, Roles } from "./role.ts";

/** A port that the firewall leaves open: `443`, `443/udp`, `8000-8010/tcp`. */
const OpenPort = z.union([z.string(), z.number().int()]).transform((value, context) => {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp))?$/.exec(String(value));
  const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
  if (match !== null && from > 0 && from <= to && to < 65_536) {
    return { from, to, protocol: (match[3] ?? "tcp") as "tcp" | "udp" };
  }
  context.addIssue({ code: "custom", message: `${value} is not a port such as 443, 443/udp or 8000-8010` });
  return z.NEVER;
});
export type OpenPort = z.infer<typeof OpenPort>;

/** The variables of the inventory that provision reads; those of others are not ours to judge. */
const HostVariables = z.object({
  longshore_roles: Roles,
  /** keys of daemon.json that replace what is there */
  longshore_docker: z.record(z.string(), z.unknown()).default({}),
  longshore_swap: Size.prefault("1g"),
  longshore_open_ports: listOf(OpenPort).prefault(["80", "443", "443/udp"]),
  /** the ports of compose/site */
  http_port: OpenPort.optional().catch(undefined),
  https_port: OpenPort.optional().catch(undefined),
});

/** What a host's variables ask of provision. */
export interface Wanted {
  roles: Role[];
  upgrade: boolean;
  engine: Record<string, unknown>;
  swapBytes: number;
  openPorts: OpenPort[];
}

/** @throws UserErrors `inventory_variable`, naming the host and the variable */
export function readWanted(
  host: InventoryHost,
  options: { upgrade: boolean; stackRoles?: readonly Role[] },
): Wanted {
  const parsed = HostVariables.safeParse(host.vars);
  if (!parsed.success) {
    throw new UserErrors(
      "inventory_variable",
      parsed.error.issues.map(({ path, message }) => ({
        message: `cannot use ${String(path[0])} of host ${host.name}: ${message}`,
      })),
    );
  }
  const { data } = parsed;
  const own = [data.http_port, data.https_port].filter((port) => port !== undefined);
  return {
    roles: [...new Set([...data.longshore_roles, ...(options.stackRoles ?? [])])],
    upgrade: options.upgrade,
    engine: data.longshore_docker,
    swapBytes: data.longshore_swap,
    openPorts: [...data.longshore_open_ports, ...own],
  };
}
