import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { WireReader } from "./wire.ts";

const CURVES: Record<string, { crv: string; bytes: number; hash: string }> = {
  "ecdsa-sha2-nistp256": { crv: "P-256", bytes: 32, hash: "sha256" },
  "ecdsa-sha2-nistp384": { crv: "P-384", bytes: 48, hash: "sha384" },
  "ecdsa-sha2-nistp521": { crv: "P-521", bytes: 66, hash: "sha512" },
};
// SHA-1 (ssh-rsa) is not among them: RFC 8332.
const RSA_HASHES: Record<string, string> = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" };

/**
 * True where a signature (RFC 4253, 6.6; RFC 5656; RFC 8332; RFC 8709) over the data was made with the key. False for
 * types of key or signature that are not known, and for bytes that are no key.
 *
 * @param keyBlob the public key as in a known_hosts file, decoded
 */
export function verifySignature(keyBlob: Buffer, data: Buffer, signature: Buffer): boolean {
  try {
    const reader = new WireReader(signature);
    const algorithm = reader.readText();
    const bytes = reader.readString();
    return reader.isAtEnd && verifyWith(readPublicKey(keyBlob), algorithm, data, bytes);
  } catch {
    return false;
  }
}

function verifyWith(key: PublicKey, algorithm: string, data: Buffer, signature: Buffer): boolean {
  const curve = CURVES[algorithm];
  if (key.type === "ssh-ed25519" && algorithm === key.type) return verify(null, data, key.key, signature);
  if (key.type === "ssh-rsa" && RSA_HASHES[algorithm] !== undefined)
    return verify(RSA_HASHES[algorithm], data, key.key, signature);
  if (curve === undefined || algorithm !== key.type) return false;
  const reader = new WireReader(signature);
  const r = fixLength(reader.readPositive(), curve.bytes);
  const s = fixLength(reader.readPositive(), curve.bytes);
  if (!reader.isAtEnd) return false;
  return verify(curve.hash, data, { key: key.key, dsaEncoding: "ieee-p1363" }, Buffer.concat([r, s]));
}

interface PublicKey {
  type: string;
  key: KeyObject;
}

function readPublicKey(blob: Buffer): PublicKey {
  const reader = new WireReader(blob);
  const type = reader.readText();
  return { type, key: createPublicKey({ key: readJwk(type, reader), format: "jwk" }) };
}

function readJwk(type: string, reader: WireReader) {
  const text = (bytes: Buffer) => bytes.toString("base64url");
  if (type === "ssh-ed25519") return { kty: "OKP", crv: "Ed25519", x: text(reader.readString()) };
  if (type === "ssh-rsa") {
    const [e, n] = [reader.readPositive(), reader.readPositive()];
    return { kty: "RSA", e: text(e), n: text(n) };
  }
  const curve = CURVES[type];
  if (curve === undefined) throw new RangeError(`unknown type of key: ${type}`);
  reader.readString();
  // an uncompressed point: 4, then x and y (SEC 1, 2.3.3)
  const point = reader.readString();
  return {
    kty: "EC",
    crv: curve.crv,
    x: text(point.subarray(1, 1 + curve.bytes)),
    y: text(point.subarray(1 + curve.bytes)),
  };
}

/** A number as exactly so many bytes. Throws RangeError where it has more. */
function fixLength(number: Buffer, length: number): Buffer {
  if (number.length > length) throw new RangeError(`the number has more than ${length} bytes`);
  return Buffer.concat([Buffer.alloc(length - number.length), number]);
}
