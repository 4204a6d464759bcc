import { appendFile, mkdir, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UnreachableError } from "./connection.ts";
import {
  type HostKeyVerdict,
  judgeHostKey,
  type KnownHost,
  keyTypeOf,
  knownHostsName,
  parseKnownHosts,
} from "./known-hosts.ts";
import type { SshSettings } from "./ssh-settings.ts";

/** The entries of every known_hosts file that exists. */
export async function readKnownHosts(files: string[]): Promise<KnownHost[]> {
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: await readFile(file, "utf8").catch(() => "") })),
  );
  return texts.flatMap(({ file, text }) => parseKnownHosts(text, file));
}

/** Remembers the key that a server showed, and whether it was good enough to go on. */
export class HostKeyCheck {
  readonly name: string;
  #verdict: HostKeyVerdict | undefined;
  #key: Buffer | undefined;

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

  /** ssh2's hostVerifier: false ends the handshake. */
  accept(key: Buffer): boolean {
    this.#key = key;
    this.#verdict = this.#judge(key);
    if (this.#verdict.kind === "trusted") return true;
    return this.#verdict.kind === "unknown" && this.settings.unknownHostKey === "accept-new";
  }

  #judge(key: Buffer): HostKeyVerdict {
    const verdict = judgeHostKey(this.entries, this.name, key);
    if (verdict.kind !== "unknown" || this.settings.hostKeyAlias !== undefined) return verdict;
    // As ssh does for other ports than 22: the host's line without a port may vouch for the key, and do nothing else.
    const plain = judgeHostKey(this.entries, knownHostsName(this.settings.hostName, 22), key);
    return plain.kind === "trusted" ? plain : verdict;
  }

  /** The error to report where {@link accept} refused; undefined where the failure has another cause. */
  refusal(): UnreachableError | undefined {
    const verdict = this.#verdict;
    if (verdict === undefined || verdict.kind === "trusted") return undefined;
    const seen = `${verdict.keyType} ${verdict.fingerprint}`;
    if (verdict.kind === "unknown") {
      if (this.settings.unknownHostKey === "accept-new") return undefined;
      return new UnreachableError(
        "host_key_unknown",
        `the host key of ${this.host} (${this.name}) is not known: ${seen}`,
        {
          hint: `compare it with the host's own (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), then connect once with ssh, or run with --accept-new`,
        },
      );
    }
    const place = `${verdict.entry.file}:${verdict.entry.line}`;
    if (verdict.kind === "revoked") {
      return new UnreachableError(
        "host_key_revoked",
        `the host key of ${this.host} (${this.name}) is revoked in ${place}: ${seen}`,
      );
    }
    return new UnreachableError(
      "host_key_changed",
      `the host key of ${this.host} (${this.name}) has CHANGED: it shows ${seen}, ${place} has another`,
      {
        hint: `someone may be in between. If the host was reinstalled: ssh-keygen -R '${this.name}' -f ${verdict.entry.file}`,
      },
    );
  }

  /** Writes down a key that was accepted as new. */
  async record(): Promise<void> {
    const [file] = this.settings.userKnownHostsFiles;
    if (this.#verdict?.kind !== "unknown" || this.#key === undefined || file === undefined) return;
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await appendFile(file, `${this.name} ${keyTypeOf(this.#key)} ${this.#key.toString("base64")}\n`, {
      mode: 0o600,
    });
  }
}
