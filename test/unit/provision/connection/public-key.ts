import { generateKeyPairSync, type JsonWebKey } from "node:crypto";

/** A new public key as known_hosts writes it: `ssh-ed25519 AAAA…`. */
export function makePublicKey(type: "ssh-ed25519" | "ssh-rsa"): string {
  const jwk = makeJwk(type);
  const parts = type === "ssh-rsa" ? [positive(decode(jwk.e)), positive(decode(jwk.n))] : [decode(jwk.x)];
  const blob = Buffer.concat([Buffer.from(type), ...parts].map(withLength));
  return `${type} ${blob.toString("base64")}`;
}

function makeJwk(type: "ssh-ed25519" | "ssh-rsa"): JsonWebKey {
  const { publicKey } =
    type === "ssh-rsa" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
  return publicKey.export({ format: "jwk" });
}

const decode = (text = "") => Buffer.from(text, "base64url");

/** RFC 4251, 5: a number whose first bit is set has a zero before it. */
const positive = (number: Buffer) =>
  (number[0] ?? 0) > 127 ? Buffer.concat([Buffer.alloc(1), number]) : number;

function withLength(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}
