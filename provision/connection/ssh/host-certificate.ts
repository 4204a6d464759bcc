import { verifySignature } from "./public-key.ts";
import { WireReader, wireString } from "./wire.ts";

/** A certificate of OpenSSH (PROTOCOL.certkeys) as far as a host's identity depends on it. */
export interface HostCertificate {
  /** the certified public key, as a plain key blob */
  publicKey: Buffer;
  isForHosts: boolean;
  principals: string[];
  /** seconds since 1970 */
  validAfter: bigint;
  validBefore: bigint;
  hasCriticalOptions: boolean;
  /** the key that signed it, as a plain key blob */
  authority: Buffer;
  isSignatureGood: boolean;
}

const SUFFIX = "-cert-v01@openssh.com";
const HOST = 2;
// The fields of the public key between the nonce and the serial number, by type.
const KEY_FIELDS: Record<string, number> = {
  "ssh-ed25519": 1,
  "ssh-rsa": 2,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
};

/** Reads a certificate; undefined for bytes that are none. */
export function parseHostCertificate(blob: Buffer): HostCertificate | undefined {
  try {
    return readCertificate(new WireReader(blob));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function readCertificate(reader: WireReader): HostCertificate {
  const name = reader.readText();
  const type = name.slice(0, -SUFFIX.length);
  const fields = KEY_FIELDS[type];
  if (!name.endsWith(SUFFIX) || fields === undefined) throw new RangeError(`no certificate: ${name}`);
  reader.readString();
  const key = Array.from({ length: fields }, () => reader.readString());
  reader.readUint64();
  const isForHosts = reader.readUint32() === HOST;
  reader.readText();
  const principals = readStrings(reader.readString());
  const validAfter = reader.readUint64();
  const validBefore = reader.readUint64();
  const hasCriticalOptions = reader.readString().length > 0;
  reader.readString();
  reader.readString();
  const authority = reader.readString();
  const signed = reader.bytes.subarray(0, reader.position);
  const signature = reader.readString();
  if (!reader.isAtEnd) throw new RangeError("something stands behind the signature");
  return {
    publicKey: Buffer.concat([wireString(type), ...key.map(wireString)]),
    isForHosts,
    principals,
    validAfter,
    validBefore,
    hasCriticalOptions,
    authority,
    isSignatureGood: verifySignature(authority, signed, signature),
  };
}

function readStrings(bytes: Buffer): string[] {
  const reader = new WireReader(bytes);
  const texts: string[] = [];
  while (!reader.isAtEnd) texts.push(reader.readText());
  return texts;
}

/**
 * Why a certificate does not vouch for a host's key; undefined where it does. Rules: OpenSSH's `sshkey_cert_check_host`.
 *
 * @param name the host's name without a port
 * @param key the key that the host proved to have
 * @param authorities the keys of `@cert-authority` lines for this host
 */
export function findCertificateFault(
  certificate: HostCertificate,
  { name, key, authorities, now }: { name: string; key: Buffer; authorities: Buffer[]; now: Date },
): string | undefined {
  const seconds = BigInt(Math.floor(now.getTime() / 1000));
  const { principals } = certificate;
  if (!certificate.publicKey.equals(key)) return "it is for another key";
  if (!authorities.some((authority) => authority.equals(certificate.authority)))
    return "it is signed by another authority than known_hosts has";
  if (!certificate.isSignatureGood) return "its signature is wrong";
  if (!certificate.isForHosts) return "it is a user's, not a host's";
  if (certificate.hasCriticalOptions) return "it has critical options, which no host certificate may have";
  if (seconds < certificate.validAfter) return "it is not valid yet";
  if (seconds >= certificate.validBefore) return "it has expired";
  // A certificate without names would be good for every host: here it is for none.
  if (!principals.includes(name)) return `it is for ${principals.join(", ") || "no name"}`;
  return undefined;
}
