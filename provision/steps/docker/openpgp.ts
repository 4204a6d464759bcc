import { createHash } from "node:crypto";

const BLOCK = /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n([\s\S]*?)\n-----END PGP PUBLIC KEY BLOCK-----$/;

/** The tag of a packet that holds a primary public key (RFC 9580, section 5). */
const PUBLIC_KEY = 6;

/**
 * The fingerprint of the one public key in an armored block, as `gpg --show-keys` prints it: 40 hex digits in upper case
 * (RFC 9580, section 5.5.4; keys of version 4). Its subkeys are vouched for by the key itself. Pure.
 *
 * @returns undefined where the text is anything but one block with one such key
 */
export function fingerprintOf(text: string): string | undefined {
  const [, body] = BLOCK.exec(text.replaceAll("\r\n", "\n").trim()) ?? [];
  if (body === undefined) return undefined;
  const bytes = dearmor(body);
  const packets = bytes === undefined ? undefined : readPackets(bytes);
  const keys = packets?.filter(({ tag }) => tag === PUBLIC_KEY) ?? [];
  const [key] = keys;
  if (key === undefined || keys.length !== 1 || packets?.[0] !== key || key.body[0] !== 4) return undefined;
  const length = Buffer.from([0x99, key.body.length >> 8, key.body.length & 0xff]);
  return createHash("sha1").update(length).update(key.body).digest("hex").toUpperCase();
}

/** The bytes below the headers of a block, without its checksum. */
function dearmor(body: string): Buffer | undefined {
  const lines = body.split("\n").map((line) => line.trim());
  const blank = lines.indexOf("");
  const data = lines.slice(blank + 1).filter((line) => line !== "" && !/^=[A-Za-z0-9+/]{4}$/.test(line));
  const base64 = data.join("");
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, "base64") : undefined;
}

interface Packet {
  tag: number;
  body: Buffer;
}

/** The packets of a key (RFC 9580, section 4.2); undefined where the bytes are not exactly a row of them. */
function readPackets(bytes: Buffer): Packet[] | undefined {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length; ) {
    const head = bytes[at] ?? 0;
    const size = (head & 0x40) === 0 ? oldLength(bytes, at) : newLength(bytes, at);
    if ((head & 0x80) === 0 || size === undefined || size.end > bytes.length) return undefined;
    const tag = (head & 0x40) === 0 ? (head >> 2) & 0x0f : head & 0x3f;
    packets.push({ tag, body: bytes.subarray(size.start, size.end) });
    at = size.end;
  }
  return packets;
}

function oldLength(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  const kind = (bytes[at] ?? 0) & 3;
  const width = [1, 2, 4][kind];
  if (width === undefined || at + 1 + width > bytes.length) return undefined;
  const start = at + 1 + width;
  return { start, end: start + bytes.readUIntBE(at + 1, width) };
}

function newLength(bytes: Buffer, at: number): { start: number; end: number } | undefined {
  const first = bytes[at + 1] ?? 0;
  if (first < 192) return { start: at + 2, end: at + 2 + first };
  if (first < 224) return { start: at + 3, end: at + 3 + ((first - 192) << 8) + (bytes[at + 2] ?? 0) + 192 };
  if (first !== 255 || at + 6 > bytes.length) return undefined;
  return { start: at + 6, end: at + 6 + bytes.readUInt32BE(at + 2) };
}
