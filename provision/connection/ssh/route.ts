import type { Duplex } from "node:stream";
import { UnreachableError } from "../connection.ts";
import type { SshClient } from "./client.ts";
import type { SharedSsh } from "./shared-ssh.ts";
import { explainFailure, type SshFailure } from "./ssh-failure.ts";
import type { SshSettings } from "./ssh-settings.ts";
import { dial, startProxy, type Transport } from "./transport.ts";

/** How the ways to hosts are opened. */
export interface Journey {
  shared: SharedSsh;
  /** connects to a jump host */
  openClient(
    host: string,
    settings: SshSettings,
    shared: SharedSsh,
    trail: readonly string[],
  ): Promise<SshClient>;
  /** the ways to jump hosts that are being opened for this, the first one first */
  trail: readonly string[];
}

/**
 * Opens the byte stream to a host's sshd: directly, by a ProxyCommand, or through jump hosts, each of which is connected
 * once per command and verified as any host is.
 *
 * @throws UnreachableError
 */
export async function openTransport(
  host: string,
  settings: SshSettings,
  journey: Journey,
): Promise<Transport> {
  const { jumps, proxyCommand } = settings;
  if (proxyCommand !== undefined) return startProxy(proxyCommand);
  try {
    if (jumps.length === 0) return await dial(settings);
    const jump = await openJump(host, jumps, journey);
    return { stream: await openForward(host, jump, settings, jumps) };
  } catch (error) {
    if (error instanceof UnreachableError) throw error;
    throw explainFailure({ host, settings, error: error as SshFailure });
  }
}

/** The connection to the last of the jump hosts. */
async function openJump(host: string, jumps: string[], journey: Journey): Promise<SshClient> {
  const { shared, trail } = journey;
  const way = jumps.join(",");
  if (trail.includes(way)) throw loop(host, [...trail, way]);
  const known = shared.jumps.get(way);
  if (known !== undefined && (await known).isOpen()) return known;
  const opening = connectJump(host, jumps, { ...journey, trail: [...trail, way] });
  shared.jumps.set(way, opening);
  opening.catch(() => shared.jumps.delete(way));
  return opening;
}

/** How the last of the jump hosts is reached: the first may have a ProxyJump of its own; the others come through it. */
export function resolveJump(jumps: readonly string[], shared: SharedSsh): SshSettings {
  const before = jumps.slice(0, -1);
  return shared.resolve({ ...parseJump(jumps.at(-1) ?? ""), jumps: before.length > 0 ? before : undefined });
}

function connectJump(
  host: string,
  jumps: string[],
  { shared, openClient, trail }: Journey,
): Promise<SshClient> {
  return openClient(`${jumps.at(-1)} (on the way to ${host})`, resolveJump(jumps, shared), shared, trail);
}

function loop(host: string, jumps: string[]): UnreachableError {
  return new UnreachableError(
    "ssh_jump",
    `the ProxyJump of ${host} leads in a circle: ${jumps.join(" → ")}`,
    {
      hint: "give the jump host `ProxyJump none` in ~/.ssh/config",
    },
  );
}

/** `[user@]host[:port]`, `[user@][2001:db8::1]:port` or the same as `ssh://…` (ssh_config(5), ProxyJump). */
export function parseJump(text: string): { address: string; user?: string; port?: number } {
  const [, user, bracketed, plain, port] =
    /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:/]*|[^/]*:[^/]*:[^/]*?))(?::(\d+))?\/?$/.exec(text.trim()) ??
    [];
  return {
    address: bracketed ?? plain ?? text.trim(),
    user,
    port: port === undefined ? undefined : Number(port),
  };
}

/** sshd of the jump host waits for as long as its kernel does, two minutes and more: the limit is the host's own. */
function openForward(
  host: string,
  { client }: SshClient,
  { hostName, port, connectTimeoutSeconds }: SshSettings,
  jumps: string[],
): Promise<Duplex> {
  const refuse = (code: string, words: string, cause?: Error) =>
    new UnreachableError(code, `cannot connect to ${host}: ${jumps.at(-1)} ${words}`, {
      hint: "is the host on, does the jump host know its name, and does its sshd allow it (AllowTcpForwarding)?",
      cause,
    });
  const target = `${hostName}:${port}`;
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (error: UnreachableError) => {
      isOver = true;
      clearTimeout(timer);
      client.removeListener("close", lost);
      reject(error);
    };
    const lost = () => end(refuse("ssh_jump", `was lost before it opened a connection to ${target}`));
    const timer = setTimeout(
      () =>
        end(refuse("ssh_timeout", `has opened no connection to ${target} within ${connectTimeoutSeconds} s`)),
      connectTimeoutSeconds * 1000,
    );
    client.once("close", lost);
    client.forwardOut("127.0.0.1", 0, hostName, port, (error, stream) => {
      // too late: nobody takes it any more
      if (isOver) return stream?.destroy();
      if (error !== undefined)
        return end(refuse("ssh_jump", `opens no connection to ${target}: ${error.message}`, error));
      clearTimeout(timer);
      client.removeListener("close", lost);
      resolve(stream);
    });
  });
}
