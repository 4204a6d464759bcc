import { createPrivateKey, type KeyObject } from "node:crypto";
import ssh2, { type ParsedKey } from "ssh2";
import { WireReader, wireString } from "./wire.ts";

const MAGIC = "openssh-key-v1\0";

/** The text of a key file without a byte order mark and with the line ends that OpenSSH wants. */
export function normalizeKey(bytes: Buffer): Buffer {
  const text = bytes
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "")
    .replaceAll("\r\n", "\n");
  return Buffer.from(text.endsWith("\n") ? text : `${text}\n`, "latin1");
}

/** The key in a file: OpenSSH's own format, PEM (PKCS#1, SEC 1, PKCS#8), or a public key; undefined where none can be read. */
export function parseKey(text: Buffer, passphrase?: string): ParsedKey | undefined {
  const known = parseKnown(text, passphrase);
  if (known !== undefined || !/^-----BEGIN (?!OPENSSH)[A-Z ]*PRIVATE KEY-----/m.test(text.toString("latin1")))
    return known;
  try {
    return parseKnown(convertKey(createPrivateKey({ key: text, passphrase })));
  } catch {
    // a wrong passphrase, or no key
    return undefined;
  }
}

function parseKnown(text: Buffer | string, passphrase?: string): ParsedKey | undefined {
  const parsed: ParsedKey | ParsedKey[] | Error = ssh2.utils.parseKey(text, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key === undefined || key instanceof Error ? undefined : key;
}

/** A key that OpenSSL has read, in a form that ssh2 reads. */
function convertKey(key: KeyObject): string {
  if (key.asymmetricKeyType === "rsa") return key.export({ type: "pkcs1", format: "pem" }) as string;
  if (key.asymmetricKeyType === "ec") return key.export({ type: "sec1", format: "pem" }) as string;
  if (key.asymmetricKeyType !== "ed25519") throw new RangeError(`a key of type ${key.asymmetricKeyType}`);
  const { d = "", x = "" } = key.export({ format: "jwk" });
  return ed25519File(Buffer.from(d, "base64url"), Buffer.from(x, "base64url"));
}

/** An ed25519 key in OpenSSH's own format (PROTOCOL.key). */
function ed25519File(seed: Buffer, point: Buffer): string {
  const type = wireString("ssh-ed25519");
  const one = Buffer.from([0, 0, 0, 1]);
  // the two check numbers are equal; any do
  const secret = [
    one,
    one,
    type,
    wireString(point),
    wireString(Buffer.concat([seed, point])),
    wireString(""),
  ];
  const length = Buffer.concat(secret).length;
  const padding = Buffer.from(Array.from({ length: (8 - (length % 8)) % 8 }, (_, index) => index + 1));
  const bytes = Buffer.concat([
    Buffer.from(MAGIC, "latin1"),
    ...["none", "none", ""].map(wireString),
    one,
    wireString(Buffer.concat([type, wireString(point)])),
    wireString(Buffer.concat([...secret, padding])),
  ]);
  const base64 = bytes.toString("base64").replace(/.{70}/g, "$&\n");
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** OpenSSH's own format names its cipher; PEM says it in its first line or in a header line. */
export function isEncryptedKey(text: Buffer): boolean {
  // of one that is cut off, nothing is left to decrypt
  if (publicBlob(text) !== undefined) return openSshReader(text)?.readText() !== "none";
  return /^(?:Proc-Type: 4,ENCRYPTED|Encryption: aes256-cbc|-----BEGIN ENCRYPTED PRIVATE KEY-----)\s*$/m.test(
    text.toString("latin1"),
  );
}

/** The public key of OpenSSH's own format, which stands in the clear before the encrypted part; as a blob. */
export function publicBlob(text: Buffer): Buffer | undefined {
  const reader = openSshReader(text);
  if (reader === undefined) return undefined;
  try {
    for (const _ of ["cipher", "kdf", "kdf options"]) reader.readString();
    reader.readUint32();
    return reader.readString();
  } catch {
    return undefined;
  }
}

function openSshReader(text: Buffer): WireReader | undefined {
  const [, base64] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text.toString("latin1")) ?? [];
  const bytes = Buffer.from(base64 ?? "", "base64");
  if (bytes.subarray(0, MAGIC.length).toString("latin1") !== MAGIC) return undefined;
  return new WireReader(bytes.subarray(MAGIC.length));
}

/** Why a file cannot be used as a key, and the way out. */
export interface KeyFault {
  reason: string;
  hint?: string;
}

const FAULTS: [RegExp, KeyFault][] = [
  [/^\s*$/, { reason: "it is empty" }],
  [
    /^(?:\u00ff\u00fe|\u00fe\u00ff)/,
    { reason: "it is UTF-16 text, as PowerShell writes it", hint: "save it as ASCII" },
  ],
  [
    /^PuTTY-User-Key-File-/,
    {
      reason: "it is a key of PuTTY (.ppk), which ssh does not take either",
      hint: "convert it: puttygen KEY.ppk -O private-openssh -o KEY",
    },
  ],
  [
    /^---- BEGIN SSH2 /,
    { reason: "it is a key in the format of ssh.com", hint: "convert it: ssh-keygen -i -f FILE > KEY" },
  ],
  [
    /^\S*-cert-v01@openssh\.com /,
    {
      reason: "it is a user certificate, which cannot be used here",
      hint: "name the private key beside it, and let the host take that key (~/.ssh/authorized_keys)",
    },
  ],
  [
    /^sk-(?:ssh|ecdsa)-/,
    {
      reason: "it is a key on a security token (sk-…), which cannot be used here",
      hint: "use a key of another kind for this host: ssh-keygen -t ed25519",
    },
  ],
  [
    /^ssh-dss |^-----BEGIN DSA PRIVATE KEY-----/m,
    {
      reason: "it is a DSA key, which OpenSSH has given up",
      hint: "make another one: ssh-keygen -t ed25519",
    },
  ],
  [
    /^-----BEGIN (?:RSA )?PUBLIC KEY-----/m,
    { reason: "it is a public key in PEM", hint: "name the private key, from which it was made" },
  ],
  [/^-----BEGIN CERTIFICATE-----/m, { reason: "it is a certificate of TLS (X.509), no key of ssh" }],
];

/** Names a file that ssh or Longshore does not take; undefined where nothing speaks against it but that no key is found. */
export function findKeyFault(text: Buffer): KeyFault | undefined {
  const blob = publicBlob(text);
  // of a private key in OpenSSH's own format, its public half tells the type
  const latin1 = blob === undefined ? text.toString("latin1") : `${typeOf(blob)} `;
  const known = FAULTS.find(([pattern]) => pattern.test(latin1))?.[1];
  if (known !== undefined || isEncryptedKey(text)) return known;
  const type = pkcs8Type(text);
  return type === undefined ? undefined : { reason: `it is a key of type ${type}, which ssh does not know` };
}

function pkcs8Type(text: Buffer): string | undefined {
  try {
    const { asymmetricKeyType = "" } = createPrivateKey(text);
    if (["rsa", "ec", "ed25519"].includes(asymmetricKeyType)) return undefined;
    return asymmetricKeyType === "dsa" ? "DSA" : asymmetricKeyType;
  } catch {
    return undefined;
  }
}

function typeOf(blob: Buffer): string {
  try {
    return new WireReader(blob).readText();
  } catch {
    return "";
  }
}
