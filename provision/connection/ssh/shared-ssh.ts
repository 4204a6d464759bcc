import type { ParsedKey } from "ssh2";
import { UserError } from "../../../shared/user-error.ts";
import type { Questions } from "../questions.ts";
import type { SshClient } from "./client.ts";
import { localConfigWorld, readConfigTexts } from "./config-world.ts";
import { readKnownHosts } from "./host-key.ts";
import type { Identity } from "./identity.ts";
import type { KnownHost } from "./known-hosts.ts";
import { resolveSshSettings, type SshOverrides, type SshSettings } from "./ssh-settings.ts";
import { UnlockedKeys } from "./unlock.ts";

/** The key files for a host. */
export interface Identities {
  usable: Identity[];
  /** a sentence for each file that is there and cannot be used */
  passedOver: string[];
}

/** What the connections of one command share: files are read once, questions asked once, jump hosts connected once. */
export class SharedSsh {
  readonly keys: UnlockedKeys;
  /** connections to jump hosts, by the way to them */
  readonly jumps = new Map<string, Promise<SshClient>>();
  private readonly world = localConfigWorld();
  private readonly configs = new Map<string | undefined, ReturnType<typeof readConfigTexts>>();
  private readonly knownHostsRead = new Map<string, Promise<KnownHost[]>>();
  private readonly agentKeys = new Map<string | undefined, Promise<ParsedKey[]>>();
  private readonly identitiesRead = new Map<string, Promise<Identity | undefined>>();

  constructor(readonly questions: Questions) {
    this.keys = new UnlockedKeys(questions);
  }

  /** @throws UserError what resolveSshSettings throws */
  resolve(overrides: SshOverrides): SshSettings {
    return resolveSshSettings(overrides, {
      world: this.world,
      readConfigTexts: (file) => remember(this.configs, file, readConfigTexts),
      agentSocket: process.env.SSH_AUTH_SOCK || undefined,
    });
  }

  knownHosts({ userKnownHostsFiles, globalKnownHostsFiles }: SshSettings): Promise<KnownHost[]> {
    const files = [...userKnownHostsFiles, ...globalKnownHostsFiles];
    return remember(this.knownHostsRead, files.join("\0"), () => readKnownHosts(files));
  }

  /** To be called when a key was recorded. */
  forgetKnownHosts(): void {
    this.knownHostsRead.clear();
  }

  /**
   * The key files that are there, and why others are passed over.
   *
   * @throws UserError `identity_unreadable` for one that the inventory names
   */
  async identities({ identityFiles, namedIdentityFile }: SshSettings): Promise<Identities> {
    const passedOver: string[] = [];
    const { readIdentity } = await import("./identity.ts");
    const found = await Promise.all(
      identityFiles.map(async (file) => {
        try {
          const identity = await remember(this.identitiesRead, file, readIdentity);
          if (identity === undefined && file === namedIdentityFile) throw missing(file);
          return identity;
        } catch (error) {
          // ssh passes over what it can't read, too; the login tells whether the others were enough
          if (file === namedIdentityFile || !(error instanceof UserError)) throw error;
          passedOver.push(error.message);
          return undefined;
        }
      }),
    );
    return { usable: found.filter((identity) => identity !== undefined), passedOver };
  }

  /** The key files that only a passphrase could open: encrypted, and not in the agent. */
  async lockedFiles(settings: SshSettings): Promise<string[]> {
    const encrypted = (await this.identities(settings)).usable.filter(({ kind }) => kind === "encrypted");
    if (encrypted.length === 0) return [];
    const { listAgentKeys } = await import("./agent.ts");
    const held = (await remember(this.agentKeys, settings.agentSocket, listAgentKeys)) ?? [];
    return encrypted
      .filter(({ publicKey }) => publicKey === undefined || !held.some((key) => key.equals(publicKey)))
      .map(({ file }) => file);
  }

  /** Closes the connections to jump hosts. */
  async close(): Promise<void> {
    const all = await Promise.allSettled(this.jumps.values());
    this.jumps.clear();
    for (const result of all) if (result.status === "fulfilled") result.value.close();
  }
}

function missing(file: string): UserError {
  return new UserError("identity_unreadable", `cannot read the private key ${file}: it is not there`, {
    hint: "ansible_ssh_private_key_file names it",
  });
}

function remember<K, V>(known: Map<K, V>, key: K, find: (key: K) => V): V {
  const value = known.get(key) ?? find(key);
  known.set(key, value);
  return value;
}
