import type { ComposeModel } from "../../engine/compose/compose-model.ts";
import { type Listener, overlaps } from "../../engine/listeners.ts";

/** A port that a stack and somebody else would have at the same time. */
export interface PortConflict {
  port: number;
  protocol: string;
  owner: Listener;
}

/** A port of the host's own network that a stack wants. */
export interface WantedPort {
  port: number;
  protocol: string;
  /** "" or `0.0.0.0` for all addresses */
  address: string;
  /** from an endpoint: Compose cannot say on which ports a service of the host's network listens, the endpoints do */
  isEndpoint: boolean;
}

/** The ports that a stack publishes, and those of its endpoints where a service is in the host's network. Pure. */
export function portsOf({ services }: ComposeModel, endpoints: readonly string[]): WantedPort[] {
  const published = Object.values(services).flatMap(({ ports }) =>
    ports.flatMap(({ published: text, protocol, host_ip: address }) =>
      text === undefined ? [] : [{ port: Number(text), protocol, address, isEndpoint: false }],
    ),
  );
  const isOnHost = Object.values(services).some(({ network_mode: mode }) => mode === "host");
  const requested = (isOnHost ? endpoints : []).map((endpoint) => {
    const { port, protocol } = new URL(endpoint);
    return {
      port: Number(port || (protocol === "https:" ? 443 : 80)),
      protocol: "tcp",
      address: "",
      isEndpoint: true,
    };
  });
  return [...published, ...requested];
}

/**
 * The ports that a stack publishes and somebody else has, and those of its endpoints that another stack has: where nginx
 * listens with SO_REUSEPORT the kernel would not refuse the second one, but split the visitors between the two. What the stack
 * itself has now is no conflict: its new containers take over from the old ones.
 *
 * @param listeners what listens now, then what other deployed stacks listen on when they run
 */
export function findPortConflicts(
  stack: string,
  model: ComposeModel,
  endpoints: readonly string[],
  listeners: readonly Listener[],
): PortConflict[] {
  const others = listeners.filter((listener) => listener.stack !== stack);
  const conflicts = portsOf(model, endpoints).flatMap(({ port, protocol, address, isEndpoint }) => {
    const owner = others.find(
      (each) =>
        each.port === port &&
        each.protocol === protocol &&
        (isEndpoint ? each.stack !== undefined : overlaps(each.address, address)),
    );
    return owner === undefined ? [] : [{ port, protocol, owner }];
  });
  return distinct(conflicts);
}

/** UDP ports that many programs of a host listen on together: multicast DNS, LLMNR, SSDP. */
const MULTICAST = new Set([5353, 5355, 1900]);

/** The ports on which a stack's containers and somebody else listen together now. */
export function findSharedPorts(stack: string, listeners: readonly Listener[]): PortConflict[] {
  const own = listeners.filter(
    (listener) => listener.stack === stack && !(listener.protocol === "udp" && MULTICAST.has(listener.port)),
  );
  const shared = own.flatMap(({ port, protocol, address }) => {
    const owner = listeners.find(
      (each) =>
        each.stack !== stack &&
        // A program of the host may have a socket of UDP by chance, to ask something with.
        (protocol === "tcp" || each.stack !== undefined) &&
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
  if (owner.stack !== undefined && owner.container === undefined)
    return `${name} belongs to the stack ${owner.stack}, which is deployed there and does not run now`;
  if (owner.stack !== undefined)
    return `${name} is taken by the stack ${owner.stack} (container ${owner.container})`;
  if (owner.container !== undefined) return `${name} is taken by the container ${owner.container}`;
  return `${name} is taken by the program ${owner.program}`;
}
