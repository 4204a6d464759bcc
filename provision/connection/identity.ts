import { readFile } from "node:fs/promises";
import ssh2, { type ParsedKey } from "ssh2";
import { UserError } from "../../supervisor/config/user-error.ts";
import { WireReader } from "./wire.ts";

const { utils } = ssh2;
const MAGIC = "openssh-key-v1\0";

/** A key file, opened as far as that goes without its passphrase. */
export interface Identity {
  file: string;
  /** `public`: only the agent can sign with it */
  kind: "private" | "encrypted" | "public";
  /** undefined where the file is encrypted in the old format and no .pub is beside it */
  publicKey: ParsedKey | undefined;
  /** only of kind `private` */
  privateKey: ParsedKey | undefined;
  /** decrypts the file; undefined for a wrong passphrase */
  decrypt(passphrase: string): ParsedKey | undefined;
}

/**
 * Reads a private key file.
 *
 * @returns undefined where there is no such file
 * @throws UserError `identity_unreadable` for a file that can't be read or holds no key
 */
export async function readIdentity(file: string): Promise<Identity | undefined> {
  const text = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw unreadable(file, cause.code ?? cause.message, cause);
  });
  if (text === undefined) return undefined;
  const key = parse(text);
  const identity = { file, decrypt: (passphrase: string) => parse(text, passphrase) };
  if (key?.isPrivateKey()) return { ...identity, kind: "private", privateKey: key, publicKey: key };
  if (key !== undefined) return { ...identity, kind: "public", privateKey: undefined, publicKey: key };
  if (!isEncrypted(text)) throw unreadable(file, "it holds no key of a kind that is known");
  const publicKey = publicPart(text) ?? (await readPublicFile(file));
  return { ...identity, kind: "encrypted", privateKey: undefined, publicKey };
}

function unreadable(file: string, reason: string, cause?: unknown): UserError {
  return new UserError("identity_unreadable", `cannot read the private key ${file}: ${reason}`, {
    hint: "keys as ssh-keygen makes them are known; name one with ansible_ssh_private_key_file or IdentityFile",
    cause,
  });
}

function parse(text: Buffer, passphrase?: string): ParsedKey | undefined {
  const parsed: ParsedKey | ParsedKey[] | Error = utils.parseKey(text, passphrase);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key === undefined || key instanceof Error ? undefined : key;
}

/** OpenSSH's own format names its cipher (PROTOCOL.key); the older ones say it in a header line. */
function isEncrypted(text: Buffer): boolean {
  const reader = openSshReader(text);
  if (reader !== undefined) return reader.readText() !== "none";
  return /^(?:Proc-Type: 4,ENCRYPTED|Encryption: aes256-cbc)\s*$/m.test(text.toString("latin1"));
}

/** The public key stands in the clear before the encrypted part. */
function publicPart(text: Buffer): ParsedKey | undefined {
  const reader = openSshReader(text);
  if (reader === undefined) return undefined;
  for (const _ of ["cipher", "kdf", "kdf options"]) reader.readString();
  reader.readUint32();
  return parse(reader.readString());
}

function openSshReader(text: Buffer): WireReader | undefined {
  const [, base64] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(text.toString("latin1")) ?? [];
  const bytes = Buffer.from(base64 ?? "", "base64");
  if (bytes.subarray(0, MAGIC.length).toString("latin1") !== MAGIC) return undefined;
  return new WireReader(bytes.subarray(MAGIC.length));
}

async function readPublicFile(file: string): Promise<ParsedKey | undefined> {
  return readFile(`${file}.pub`).then(
    (text) => parse(text),
    () => undefined,
  );
}
