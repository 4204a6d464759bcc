import type { ComposeModel } from "../../engine/compose/compose-model.ts";
import { type Listener, overlaps } from "../../engine/listeners.ts";

/** A port that a stack and somebody else would have at the same time. */
export interface PortConflict {
  port: number;
  protocol: string;
  owner: Listener;
}

/**
 * The ports that a stack publishes and somebody else has, and those of its endpoints that another stack has: where nginx
 * listens with SO_REUSEPORT the kernel would not refuse the second one, but split the visitors between the two. What the stack
 * itself has now is no conflict: its new containers take over from the old ones.
 */
export function findPortConflicts(
  stack: string,
  { services }: ComposeModel,
  endpoints: readonly string[],
  listeners: readonly Listener[],
): PortConflict[] {
  const others = listeners.filter((listener) => listener.stack !== stack);
  const published = Object.values(services).flatMap(({ ports }) =>
    ports.flatMap(({ published: text, protocol, host_ip: address }) => {
      const port = Number(text);
      const owner = others.find(
        (each) => each.port === port && each.protocol === protocol && overlaps(each.address, address),
      );
      return owner === undefined ? [] : [{ port, protocol, owner }];
    }),
  );
  // Compose cannot say on which ports a service of the host's network listens; the endpoints do.
  const isOnHost = Object.values(services).some(({ network_mode: mode }) => mode === "host");
  const requested = (isOnHost ? endpoints : []).flatMap((endpoint) => {
    const { port: text, protocol: scheme } = new URL(endpoint);
    const port = Number(text || (scheme === "https:" ? 443 : 80));
    const owner = others.find(
      (each) => each.port === port && each.protocol === "tcp" && each.stack !== undefined,
    );
    return owner === undefined ? [] : [{ port, protocol: "tcp", owner }];
  });
  return distinct([...published, ...requested]);
}

/** The ports on which a stack's containers and somebody else listen together now. */
export function findSharedPorts(stack: string, listeners: readonly Listener[]): PortConflict[] {
  const own = listeners.filter((listener) => listener.stack === stack && listener.protocol === "tcp");
  const shared = own.flatMap(({ port, protocol, address }) => {
    const owner = listeners.find(
      (each) =>
        each.stack !== stack &&
        each.port === port &&
        each.protocol === protocol &&
        // A socket of one family for all addresses leaves the other family alone: both are asked for by their own.
        (each.address === address ||
          (overlaps(each.address, address) && isSameFamily(each.address, address))),
    );
    return owner === undefined ? [] : [{ port, protocol, owner }];
  });
  return distinct(shared);
}

function isSameFamily(one: string, other: string): boolean {
  return one.includes(":") === other.includes(":");
}

function distinct(conflicts: readonly PortConflict[]): PortConflict[] {
  return [...new Map(conflicts.map((each) => [`${each.port} ${each.protocol}`, each])).values()];
}

/** `port 443 is taken by the stack shop (container shop-web-1)` */
export function describeConflict({ port, protocol, owner }: PortConflict): string {
  const name = protocol === "tcp" ? `port ${port}` : `port ${port}/${protocol}`;
  if (owner.stack !== undefined)
    return `${name} is taken by the stack ${owner.stack} (container ${owner.container})`;
  if (owner.container !== undefined) return `${name} is taken by the container ${owner.container}`;
  return `${name} is taken by the program ${owner.program}`;
}
