import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { matchesPatternList } from "./pattern.ts";

/** A line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  marker: "none" | "revoked" | "cert-authority";
  /** comma-separated patterns, or one hashed name `|1|salt|hash` */
  hosts: string;
  keyType: string;
  /** the public key in base64 */
  key: string;
  file: string;
  line: number;
}

/** What known_hosts says of the key that a host shows. */
export type HostKeyVerdict =
  | { kind: "trusted" }
  | { kind: "unknown"; fingerprint: string; keyType: string }
  | { kind: "changed"; fingerprint: string; keyType: string; entry: KnownHost }
  | { kind: "revoked"; fingerprint: string; keyType: string; entry: KnownHost };

/** Reads a known_hosts file; lines that are no entries are passed over, as ssh does. */
export function parseKnownHosts(text: string, file: string): KnownHost[] {
  const entries: KnownHost[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const fields = raw.trim().split(/\s+/);
    if (fields[0] === "" || fields[0]?.startsWith("#")) continue;
    const marker =
      fields[0] === "@revoked" ? "revoked" : fields[0] === "@cert-authority" ? "cert-authority" : "none";
    const [hosts, keyType, key] = marker === "none" ? fields : fields.slice(1);
    if (hosts === undefined || keyType === undefined || key === undefined) continue;
    entries.push({ marker, hosts, keyType, key, file, line: index + 1 });
  }
  return entries;
}

/** The name under which known_hosts lists a host: `[host]:port` unless the port is 22. */
export function knownHostsName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

/** Judges a key (the blob of the key exchange) against the entries. A name with only other keys is `changed`. */
export function judgeHostKey(entries: KnownHost[], name: string, key: Buffer): HostKeyVerdict {
  const seen = { fingerprint: fingerprintKey(key), keyType: keyTypeOf(key) };
  const base64 = key.toString("base64");
  const matching = entries.filter(
    (entry) => entry.marker !== "cert-authority" && matchesName(entry.hosts, name),
  );
  const revoked = entries.find((entry) => entry.marker === "revoked" && entry.key === base64);
  if (revoked !== undefined) return { kind: "revoked", ...seen, entry: revoked };
  const plain = matching.filter((entry) => entry.marker === "none");
  if (plain.some((entry) => entry.key === base64)) return { kind: "trusted" };
  const [other] = plain.filter((entry) => entry.keyType === seen.keyType).concat(plain);
  return other === undefined ? { kind: "unknown", ...seen } : { kind: "changed", ...seen, entry: other };
}

/** The key types recorded for a host: the server is asked for one of these first, as ssh does. */
export function knownKeyTypes(entries: KnownHost[], name: string): string[] {
  return [
    ...new Set(
      entries.filter((e) => e.marker === "none" && matchesName(e.hosts, name)).map((e) => e.keyType),
    ),
  ];
}

/** The keys of the `@cert-authority` lines for a name that are not revoked. */
export function certAuthorities(entries: KnownHost[], name: string): Buffer[] {
  const revoked = new Set(entries.filter((e) => e.marker === "revoked").map((e) => e.key));
  return entries
    .filter((e) => e.marker === "cert-authority" && !revoked.has(e.key) && matchesName(e.hosts, name))
    .map((e) => Buffer.from(e.key, "base64"));
}

/** A name as HashKnownHosts writes it: `|1|salt|hash`. */
export function hashName(name: string): string {
  const salt = randomBytes(20);
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${hash}`;
}

/** `SHA256:…`, as `ssh-keygen -l` prints it. */
export function fingerprintKey(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The first string of a key blob is its type (RFC 4253, 6.6). */
export function keyTypeOf(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString("latin1");
}

function matchesName(hosts: string, name: string): boolean {
  if (hosts.startsWith("|1|")) return matchesHash(hosts, name);
  return matchesPatternList(hosts.toLowerCase().split(","), name);
}

function matchesHash(hosts: string, name: string): boolean {
  const [, , salt = "", hash = ""] = hosts.split("|");
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
