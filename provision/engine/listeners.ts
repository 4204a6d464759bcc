import { BlockList, isIPv6 } from "node:net";
import { type Connection, run, shellScript } from "../connection/connection.ts";
import { LABELS } from "./compose/labels.ts";

/** Who has a port of a host. */
export interface PortOwner {
  /** of longshore; undefined where another program or a container of somebody else has it */
  stack: string | undefined;
  /** the container's name; undefined for a program of the host itself */
  container: string | undefined;
  program: string;
}

/** A port of the host's own network that something listens on. */
export interface Listener extends PortOwner {
  protocol: "tcp" | "udp";
  /** as text; `0.0.0.0` or `::` for all addresses */
  address: string;
  port: number;
}

// Every listening socket with the process that holds it, and that process's container. /proc alone is asked: a minimal host
// has no ss. State 0A is LISTEN, 07 an unconnected UDP socket (include/net/tcp_states.h).
const LISTENERS = `
if command -v docker >/dev/null; then
  timeout 10 docker ps --no-trunc --format \\
    'container {{.ID}} {{or (.Label "${LABELS.stack}") "-"}} {{.Names}} {{.Ports}}'
fi
sockets=$({
  awk 'FNR > 1 && $4 == "0A" { print $10, "tcp", $2 }' /proc/net/tcp /proc/net/tcp6
  awk 'FNR > 1 && $4 == "07" { print $10, "udp", $2 }' /proc/net/udp /proc/net/udp6
} 2>/dev/null)
find /proc/[0-9]*/fd -lname 'socket:*' -printf '%h %l\\n' 2>/dev/null | awk -v sockets="$sockets" '
  BEGIN {
    count = split(sockets, lines, "\\n")
    for (i = 1; i <= count; i++) { split(lines[i], word, " "); known[word[1]] = word[2] " " word[3] }
  }
  { split($1, path, "/"); inode = $2; gsub(/[^0-9]/, "", inode) }
  inode in known && !((path[3], inode) in seen) { seen[path[3], inode]; print path[3], known[inode] }' |
  while read -r pid protocol place; do
    id=$(grep -o '[0-9a-f]\\{64\\}' "/proc/$pid/cgroup" 2>/dev/null | tail -n 1)
    printf 'listener %s %s %s %s\\n' "$protocol" "$place" "\${id:--}" "$(cat "/proc/$pid/comm" 2>/dev/null)"
  done
exit 0
`;

/** Everything that listens in the host's own network, with its owner. One command on the host, as root. */
export async function readListeners(connection: Connection): Promise<Listener[]> {
  const { stdout } = await run(connection, shellScript(LISTENERS), {
    become: true,
    title: "looking who listens on which port",
  });
  return parseListeners(stdout);
}

/** Reads what the script above printed. Pure. */
export function parseListeners(output: string): Listener[] {
  const lines = output.split("\n").map((line) => line.split(" "));
  const containers = lines
    .filter(([kind]) => kind === "container")
    .map(([, id = "", stack = "-", name = "", ...ports]) => ({
      id,
      owner: { stack: stack === "-" ? undefined : stack, container: name },
      ports: ports.join(" "),
    }));
  return lines.flatMap(([kind, protocol, place = "", id, ...program]): Listener[] => {
    const [address, port] = parsePlace(place);
    if (kind !== "listener" || (protocol !== "tcp" && protocol !== "udp") || port === undefined) return [];
    const found =
      containers.find((container) => container.id === id) ??
      // docker-proxy, or the engine itself, holds a published port for its container.
      containers.find(({ ports }) => publishes(ports, { address, port, protocol }));
    const owner = found?.owner ?? { stack: undefined, container: undefined };
    return [{ ...owner, protocol, address, port, program: program.join(" ") }];
  });
}

/** Whether `docker ps` says so: `0.0.0.0:8080->80/tcp, [::]:9000-9002->9000-9002/tcp`; it joins ports in a row. */
function publishes(
  ports: string,
  { address, port, protocol }: Pick<Listener, "address" | "port" | "protocol">,
): boolean {
  return [...ports.matchAll(/(\S+):(\d+)(?:-(\d+))?->[\d-]+\/(\w+)/g)].some(
    ([, place = "", first, last = first, name]) =>
      name === protocol &&
      Number(first) <= port &&
      port <= Number(last) &&
      isSame(place.replace(/^\[|\]$/g, ""), address),
  );
}

/** `0100007F:1F90` is 127.0.0.1 and 8080: words of 32 bits in the machine's order (proc_pid_net(5)). */
function parsePlace(place: string): [string, number | undefined] {
  const [hex = "", port = ""] = place.split(":");
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => (word.toLowerCase().match(/../g) ?? []).reverse());
  if (bytes.length === 4) return [toIPv4(bytes), toPort(port)];
  if (bytes.length !== 16) return ["", undefined];
  if (bytes.every((byte) => byte === "00")) return ["::", toPort(port)];
  const isMapped = bytes.slice(0, 12).join("") === "00000000000000000000ffff";
  // ::ffff:127.0.0.1 takes the port of IPv4's 127.0.0.1 (RFC 4291, 2.5.5.2).
  if (isMapped) return [toIPv4(bytes.slice(12)), toPort(port)];
  return [(bytes.join("").match(/.{4}/g) ?? []).join(":"), toPort(port)];
}

function toIPv4(bytes: readonly string[]): string {
  return bytes.map((byte) => Number.parseInt(byte, 16)).join(".");
}

function toPort(hex: string): number | undefined {
  const port = Number.parseInt(hex, 16);
  return Number.isNaN(port) ? undefined : port;
}

const ALL = ["0.0.0.0", "::", ""];

const isAddress6 = (address: string) => isIPv6(address) && address !== "::";

/** Whether two texts mean the same address: `2001:db8::1` has several. */
function isSame(one: string, other: string): boolean {
  return one === other || (!ALL.includes(one) && !ALL.includes(other) && overlaps(one, other));
}

/** Whether two sockets that listen on these addresses would meet; "" is all addresses. */
export function overlaps(one: string, other: string): boolean {
  if (one === other) return true;
  // IPv4's "all" leaves an address of IPv6 alone; that of IPv6 takes those of IPv4 too, unless a socket says otherwise.
  if ((one === "0.0.0.0" && isAddress6(other)) || (other === "0.0.0.0" && isAddress6(one))) return false;
  if (ALL.includes(one) || ALL.includes(other)) return true;
  if (isIPv6(one) !== isIPv6(other)) return false;
  const family = isIPv6(one) ? "ipv6" : "ipv4";
  const list = new BlockList();
  list.addAddress(one, family);
  return list.check(other, family);
}
