import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { ReadLimitError, readLimited } from "../../../shared/io/read-limited.ts";
import { UserError } from "../../../shared/user-error.ts";
import { UnreachableError } from "../connection.ts";
import { findCertificateFault, parseHostCertificate } from "./host-certificate.ts";
import {
  certAuthorities,
  type HostKeyVerdict,
  hashName,
  judgeHostKey,
  type KnownHost,
  keyTypeOf,
  knownHostsName,
  parseKnownHosts,
} from "./known-hosts.ts";
import type { SshSettings } from "./ssh-settings.ts";

/** The entries of every known_hosts file that exists. */
export async function readKnownHosts(files: string[]): Promise<KnownHost[]> {
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readText(file) })));
  return texts.flatMap(({ file, text }) => parseKnownHosts(text, file));
}

/** As ssh does it, a file that is not there, or that one may not read, is an empty one. @throws UserError `known_hosts` */
async function readText(file: string): Promise<string> {
  try {
    return (await readLimited(file)).toString("utf8");
  } catch (error) {
    if (!(error instanceof ReadLimitError)) return "";
    throw new UserError("known_hosts", `cannot read the host keys in ${file}: ${error.code}`, {
      cause: error,
    });
  }
}

/** Remembers the key that a server showed, and whether it was good enough to go on. */
export class HostKeyCheck {
  /** as known_hosts lists it: `[host]:port` unless the port is 22 */
  readonly name: string;
  private lastVerdict: HostKeyVerdict | undefined;
  private lastKey: Buffer | undefined;
  private certificateFault: string | undefined;

  constructor(
    readonly host: string,
    readonly settings: SshSettings,
    readonly entries: KnownHost[],
  ) {
    this.name = knownHostsName(
      settings.hostKeyAlias ?? settings.hostName,
      settings.hostKeyAlias === undefined ? settings.port : 22,
    );
  }

  get verdict(): HostKeyVerdict | undefined {
    return this.lastVerdict;
  }

  get key(): Buffer | undefined {
    return this.lastKey;
  }

  /** ssh2's hostVerifier: false ends the handshake. */
  accept(key: Buffer): boolean {
    this.lastKey = key;
    this.lastVerdict = this.judge(key);
    if (this.lastVerdict.kind === "trusted") return true;
    return (
      this.lastVerdict.kind === "unknown" &&
      this.settings.unknownHostKey === "accept-new" &&
      !this.isCertifiable
    );
  }

  /** True where {@link accept} refused the key and a certificate of the host could still vouch for it. */
  needsCertificate(): boolean {
    const kind = this.lastVerdict?.kind;
    return (kind === "unknown" || kind === "changed") && this.isCertifiable;
  }

  /** Judges the certificate that the host has for its key; undefined where it has none. */
  acceptCertificate(blob: Buffer | undefined, now: Date): boolean {
    const certificate = blob === undefined ? undefined : parseHostCertificate(blob);
    const name = (this.settings.hostKeyAlias ?? this.settings.hostName).toLowerCase();
    const key = this.lastKey ?? Buffer.alloc(0);
    this.certificateFault =
      certificate === undefined
        ? "the host has no certificate for it"
        : findCertificateFault(certificate, { name, key, authorities: this.authorities(), now });
    if (this.certificateFault === undefined) this.lastVerdict = { kind: "trusted" };
    return this.certificateFault === undefined
      ? true
      : this.lastVerdict?.kind === "unknown" && this.settings.unknownHostKey === "accept-new";
  }

  private get isCertifiable(): boolean {
    return this.authorities().length > 0;
  }

  private authorities(): Buffer[] {
    return this.names().flatMap((name) => certAuthorities(this.entries, name));
  }

  private judge(key: Buffer): HostKeyVerdict {
    const verdict = judgeHostKey(this.entries, this.name, key);
    const [, plainName] = this.names();
    if (verdict.kind !== "unknown" || plainName === undefined) return verdict;
    const plain = judgeHostKey(this.entries, plainName, key);
    return plain.kind === "trusted" ? plain : verdict;
  }

  /** As ssh does for other ports than 22: the host's line without a port may vouch for the key too, and do nothing else. */
  private names(): string[] {
    const plainName = knownHostsName(this.settings.hostName, 22);
    const hasOther = this.settings.hostKeyAlias === undefined && plainName !== this.name;
    return hasOther ? [this.name, plainName] : [this.name];
  }

  /** The error to report where the key was refused; undefined where the failure has another cause. */
  refusal(): UnreachableError | undefined {
    const verdict = this.lastVerdict;
    if (verdict === undefined || verdict.kind === "trusted") return undefined;
    const seen = `${verdict.keyType} ${verdict.fingerprint}`;
    const certificate =
      this.certificateFault === undefined
        ? ""
        : `; its certificate does not vouch for it: ${this.certificateFault}`;
    if (verdict.kind === "unknown") {
      if (this.settings.unknownHostKey === "accept-new") return undefined;
      return new UnreachableError(
        "host_key_unknown",
        `the host key of ${this.host} (${this.name}) is not known: ${seen}${certificate}`,
        {
          hint: "`longshore hosts trust` shows it and records it when you say so; or run with --accept-new",
        },
      );
    }
    const place = `${verdict.entry.file}:${verdict.entry.line}`;
    if (verdict.kind === "revoked") {
      return new UnreachableError(
        "host_key_revoked",
        `the host key of ${this.host} (${this.name}) is revoked in ${place}: ${seen}`,
        { hint: "somebody decided that this key must not be used any more: give the host a new one" },
      );
    }
    return new UnreachableError(
      "host_key_changed",
      `the host key of ${this.host} (${this.name}) has CHANGED: it shows ${seen}, ${place} has another${certificate}`,
      {
        hint: `someone may be in between. If the host was reinstalled: ssh-keygen -R '${this.name}' -f ${verdict.entry.file}`,
      },
    );
  }

  /** Writes down a key that was accepted as new. */
  async record(): Promise<void> {
    if (this.lastVerdict?.kind === "unknown") await this.trust();
  }

  /** Writes down the key that the server showed, whatever was thought of it. */
  async trust(): Promise<void> {
    const [file] = this.settings.userKnownHostsFiles;
    if (this.lastKey === undefined || file === undefined) return;
    const name = this.settings.hashKnownHosts ? hashName(this.name) : this.name;
    const line = `${name} ${keyTypeOf(this.lastKey)} ${this.lastKey.toString("base64")}\n`;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const before = await readText(file);
    await appendFile(file, before === "" || before.endsWith("\n") ? line : `\n${line}`, { mode: 0o600 });
  }
}
