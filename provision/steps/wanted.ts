import * as z from "zod";
import { Size } from "../../supervisor/config/size.ts";
import { suggestWord } from "../../supervisor/config/suggest.ts";
import { UserErrors } from "../../supervisor/config/user-error.ts";
import type { InventoryHost } from "../inventory/inventory.ts";

export const ROLES = [
  "time-sync",
  "swap",
  "firewall",
  "unattended-upgrades",
  "fail2ban",
  "ssh-hardening",
] as const;
export type Role = (typeof ROLES)[number];

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

const RoleName = z.string().transform((name, context): Role => {
  if ((ROLES as readonly string[]).includes(name)) return name as Role;
  const near = suggestWord(name, ROLES);
  const hint = near === undefined ? `known: ${ROLES.join(", ")}` : `did you mean ${near}?`;
  context.addIssue({ code: "custom", message: `there is no role ${name}; ${hint}` });
  return z.NEVER;
});

/** A list, or one string separated by commas or spaces. */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) =>
      typeof value === "string" ? value.split(/[\s,]+/).filter((part) => part !== "") : [value].flat(),
    z.array(item),
  );

/** The variables of the inventory that provision reads; those of others are not ours to judge. */
const HostVariables = z.object({
  longshore_roles: listOf(RoleName).default([]),
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
export function readWanted(host: InventoryHost, options: { upgrade: boolean }): Wanted {
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
    roles: [...new Set(data.longshore_roles)],
    upgrade: options.upgrade,
    engine: data.longshore_docker,
    swapBytes: data.longshore_swap,
    openPorts: [...data.longshore_open_ports, ...own],
  };
}
