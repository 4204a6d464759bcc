import { createECDH, randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { WireReader, wireString } from "./wire.ts";

const KEXINIT = 20;
const KEX_ECDH_INIT = 30;
const KEX_ECDH_REPLY = 31;
const KEX = "ecdh-sha2-nistp256";
const CIPHERS =
  "aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes256-ctr,chacha20-poly1305@openssh.com";
const MACS = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512";

/**
 * Asks an SSH server for its host key of certain types, as `ssh-keyscan` does: the key exchange is begun, and left when
 * the key has come. Nothing proves yet that the server has the private half.
 *
 * @param algorithms host key algorithms, such as `ssh-ed25519-cert-v01@openssh.com`
 * @returns the blob, or undefined where the server has no such key or does not answer; the stream is closed
 */
export function scanHostKey(
  stream: Duplex,
  algorithms: string[],
  milliseconds: number,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(undefined), milliseconds);
    const end = (key: Buffer | undefined) => {
      clearTimeout(timer);
      stream.destroy();
      resolve(key);
    };
    const exchange = new Exchange(algorithms, (bytes) => stream.write(bytes), end);
    stream.on("data", (chunk: Buffer) => exchange.take(chunk));
    stream.on("error", () => end(undefined));
    stream.on("close", () => end(undefined));
    stream.write("SSH-2.0-longshore\r\n");
  });
}

/** The client's side of a key exchange (RFC 4253, 4 to 8; RFC 5656, 4) up to the host key. */
class Exchange {
  private bytes = Buffer.alloc(0);
  private hasVersion = false;

  constructor(
    readonly algorithms: string[],
    readonly send: (bytes: Buffer) => void,
    readonly end: (key: Buffer | undefined) => void,
  ) {}

  take(chunk: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, chunk]);
    try {
      while (this.takeVersion() || this.takePacket());
    } catch {
      this.end(undefined);
    }
  }

  /** Lines may come before the version. */
  private takeVersion(): boolean {
    const end = this.hasVersion ? -1 : this.bytes.indexOf("\n");
    if (end < 0) return false;
    this.hasVersion = this.bytes.subarray(0, 4).toString() === "SSH-";
    this.bytes = this.bytes.subarray(end + 1);
    return true;
  }

  private takePacket(): boolean {
    if (!this.hasVersion || this.bytes.length < 5) return false;
    const length = this.bytes.readUInt32BE();
    if (length < 2 || length > 262_144) throw new RangeError(`a packet of ${length} bytes`);
    if (this.bytes.length < 4 + length) return false;
    this.answer(this.bytes.subarray(5, 4 + length - (this.bytes[4] ?? 0)));
    this.bytes = this.bytes.subarray(4 + length);
    return true;
  }

  private answer(payload: Buffer): void {
    if (payload[0] === KEXINIT) this.begin(payload);
    if (payload[0] === KEX_ECDH_REPLY) this.end(new WireReader(payload.subarray(1)).readString());
  }

  private begin(payload: Buffer): void {
    const reader = new WireReader(payload.subarray(17));
    const methods = reader.readNames();
    const offered = reader.readNames();
    if (!methods.includes(KEX) || !this.algorithms.some((name) => offered.includes(name)))
      throw new RangeError("the server has no key of these types");
    const lists = [KEX, this.algorithms.join(","), CIPHERS, CIPHERS, MACS, MACS, "none", "none", "", ""];
    this.send(packet([Buffer.from([KEXINIT]), randomBytes(16), ...lists.map(wireString), Buffer.alloc(5)]));
    const key = createECDH("prime256v1").generateKeys();
    this.send(packet([Buffer.from([KEX_ECDH_INIT]), wireString(key)]));
  }
}

/** A packet before encryption begins: a multiple of 8 bytes with at least 4 of padding. */
function packet(parts: Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  const padding = 8 - ((payload.length + 5) % 8) + (8 - ((payload.length + 5) % 8) < 4 ? 8 : 0);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length + padding + 1);
  head[4] = padding;
  return Buffer.concat([head, payload, randomBytes(padding)]);
}
