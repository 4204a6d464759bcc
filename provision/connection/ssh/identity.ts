import { stat } from "node:fs/promises";
import type { ParsedKey } from "ssh2";
import { readLimited } from "../../../shared/io/read-limited.ts";
import { quoteArgv } from "../../../shared/quote-argv.ts";
import { UserError } from "../../../shared/user-error.ts";
import {
  findKeyFault,
  isEncryptedKey,
  type KeyFault,
  normalizeKey,
  parseKey,
  publicBlob,
} from "./key-file.ts";

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
 * @throws UserError `identity_unreadable` for a file that can't be read, that holds no key, or one that ssh does not take
 */
export async function readIdentity(file: string): Promise<Identity | undefined> {
  const bytes = await readLimited(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return undefined;
    throw unreadable(file, { reason: cause.code ?? cause.message }, cause);
  });
  if (bytes === undefined) return undefined;
  const text = normalizeKey(bytes);
  const fault = findKeyFault(text);
  if (fault !== undefined) throw unreadable(file, fault);
  const key = parseKey(text);
  const identity = { file, decrypt: (passphrase: string) => parseKey(text, passphrase) };
  if (key !== undefined && !key.isPrivateKey())
    return { ...identity, kind: "public", privateKey: undefined, publicKey: key };
  if (key === undefined && !isEncryptedKey(text))
    throw unreadable(file, { reason: "it holds no key of a kind that is known" });
  await checkMode(file);
  if (key !== undefined) return { ...identity, kind: "private", privateKey: key, publicKey: key };
  const blob = publicBlob(text);
  const publicKey = blob === undefined ? await readPublicFile(file) : parseKey(blob);
  return { ...identity, kind: "encrypted", privateKey: undefined, publicKey };
}

/** As ssh does: a private key of one's own that others may read is no secret. */
async function checkMode(file: string): Promise<void> {
  const { mode, uid } = await stat(file);
  if (uid !== process.getuid?.() || (mode & 0o077) === 0) return;
  throw unreadable(file, {
    reason: `others may read it (mode ${(mode & 0o777).toString(8).padStart(4, "0")}), and ssh does not take it either`,
    hint: `chmod 600 ${quoteArgv([file])}`,
  });
}

function unreadable(file: string, { reason, hint }: KeyFault, cause?: unknown): UserError {
  return new UserError("identity_unreadable", `cannot use the private key ${file}: ${reason}`, {
    hint:
      hint ??
      "keys as ssh-keygen makes them are known; name one with ansible_ssh_private_key_file or IdentityFile",
    cause,
  });
}

async function readPublicFile(file: string): Promise<ParsedKey | undefined> {
  return readLimited(`${file}.pub`).then(
    (text) => parseKey(text),
    () => undefined,
  );
}
