import { UnreachableError } from "../connection.ts";
import { HostKeyCheck } from "./host-key.ts";
import { scanHostKey } from "./key-scan.ts";
import { fingerprintKey, keyTypeOf } from "./known-hosts.ts";
import { openTransport } from "./route.ts";
import type { SharedSsh } from "./shared-ssh.ts";
import { openSshClient } from "./ssh-client.ts";
import type { SshSettings } from "./ssh-settings.ts";

/** The key that a host shows, and what is known of it. */
export interface ShownKey {
  host: string;
  /** as known_hosts lists it: `[host]:port` unless the port is 22 */
  name: string;
  keyType: string;
  fingerprint: string;
  status: "known" | "new" | "changed" | "revoked";
  /** where known_hosts has another key, or revokes this one: file:line */
  place: string | undefined;
  /** the known_hosts file in which a new key would be recorded */
  file: string | undefined;
  /** writes it down there */
  record(): Promise<void>;
}

const ALGORITHMS = [
  ["ssh-ed25519"],
  ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"],
  ["rsa-sha2-512", "rsa-sha2-256"],
];

/**
 * Asks a host for its key without logging in: of the types that ssh prefers the first that the host has.
 *
 * @throws UnreachableError
 */
export async function readShownKey(
  host: string,
  settings: SshSettings,
  shared: SharedSsh,
): Promise<ShownKey> {
  const check = new HostKeyCheck(host, settings, await shared.knownHosts(settings));
  const key = await scan(host, settings, shared);
  check.accept(key);
  const verdict = check.verdict;
  return {
    host,
    name: check.name,
    keyType: keyTypeOf(key),
    fingerprint: fingerprintKey(key),
    status: verdict === undefined || verdict.kind === "trusted" ? "known" : STATUS[verdict.kind],
    place:
      verdict !== undefined && "entry" in verdict ? `${verdict.entry.file}:${verdict.entry.line}` : undefined,
    file: settings.userKnownHostsFiles[0],
    record: () => check.trust(),
  };
}

const STATUS = { unknown: "new", changed: "changed", revoked: "revoked" } as const;

async function scan(host: string, settings: SshSettings, shared: SharedSsh): Promise<Buffer> {
  for (const algorithms of ALGORITHMS) {
    const { stream } = await openTransport(host, settings, { shared, openClient: openSshClient, trail: [] });
    const key = await scanHostKey(stream, algorithms, settings.connectTimeoutSeconds * 1000);
    if (key !== undefined) return key;
  }
  throw new UnreachableError(
    "ssh_handshake",
    `cannot learn the host key of ${host}: it shows none of a known kind`,
    {
      hint: "is it an SSH server? `ssh-keyscan` shows what it offers",
    },
  );
}
