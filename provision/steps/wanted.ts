import * as z from "zod";
import { Size } from "../../shared/size.ts";
import { UserErrors } from "../../shared/user-error.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { findOpaque } from "../inventory/python/value.ts";
import { listOf, type Role, Roles } from "../stack/role.ts";
import { DOCKERS_OWN, type DockerRepository } from "./docker/docker-repository.ts";

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

/** A place of Docker's packages: `https://mirror.example.org/docker/linux`. */
const RepositoryUrl = z
  .string()
  .transform((text) => text.replace(/\/+$/, ""))
  .refine((text) => /^https?:\/\/[^\s/@]+(\/[^\s]*)?$/.test(text) && URL.canParse(text), {
    error: ({ input }) => `${input} is not an address such as ${DOCKERS_OWN.url}`,
  });

/** A fingerprint as gpg prints it, with or without blanks. */
const Fingerprint = z
  .string()
  .transform((text) => text.replace(/\s+/g, "").toUpperCase())
  .refine((text) => /^[0-9A-F]{40}$/.test(text), {
    error: ({ input }) => `${input} is not a fingerprint of 40 hex digits, as \`gpg --show-keys\` prints it`,
  });

/** The variables of the inventory that provision reads; those of others are not ours to judge. */
const HostVariables = z.object({
  longshore_roles: Roles,
  /** keys of daemon.json that replace what is there */
  longshore_docker: z.record(z.string(), z.unknown()).default({}),
  /** where Docker's packages come from, and the key that signs them: for mirrors, and for repositories of one's own */
  longshore_docker_repository: RepositoryUrl.default(DOCKERS_OWN.url),
  longshore_docker_key: Fingerprint.default(DOCKERS_OWN.key),
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
  repository: DockerRepository;
  swapBytes: number;
  openPorts: OpenPort[];
}

/** A variable of ours whose value is not known must not count as one that is not set. */
function refuseOpaque(host: InventoryHost): void {
  for (const name of Object.keys(HostVariables.shape)) {
    const opaque = Object.hasOwn(host.vars, name) ? findOpaque(host.vars[name] ?? null) : undefined;
    if (opaque === undefined) continue;
    const message = `cannot use ${name} of host ${host.name}: ${opaque.reason}`;
    throw new UserErrors("inventory_variable", [{ message, hint: opaque.hint }]);
  }
}

/** @throws UserErrors `inventory_variable`, naming the host and the variable */
export function readWanted(
  host: InventoryHost,
  options: { upgrade: boolean; stackRoles?: readonly Role[] },
): Wanted {
  refuseOpaque(host);
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
    repository: { url: data.longshore_docker_repository, key: data.longshore_docker_key },
    swapBytes: data.longshore_swap,
    openPorts: [...data.longshore_open_ports, ...own],
  };
}
