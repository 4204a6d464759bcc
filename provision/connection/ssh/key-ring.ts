import ssh2, {
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from "ssh2";
import { LIST_MS, listAgentKeys, signByAgent } from "./agent.ts";
import type { Identity } from "./identity.ts";
import type { Unlock } from "./unlock.ts";

/** A key that can be offered to a host, and what signs with it. */
interface Offer {
  publicKey: ParsedKey;
  sign(data: Buffer, options: SigningRequestOptions): Promise<Buffer>;
}

/**
 * The keys for one host as an agent of ssh2: those of the real agent and those of the files in the order in which ssh offers
 * them. A file is decrypted only when the host has said that it takes the key, so nobody is asked for a passphrase in vain.
 */
export class KeyRing extends ssh2.BaseAgent<ParsedKey> {
  /** what was offered, in words for an error: `~/.ssh/id_ed25519`, `3 keys of the agent` */
  readonly offered: string[] = [];
  /** files that the host accepts and that stayed encrypted */
  readonly locked: string[] = [];
  private offers: Offer[] | undefined;
  private signing = 0;

  constructor(
    readonly identities: Identity[],
    readonly agentSocket: string | undefined,
    /** from the agent only the keys that are among the identities */
    readonly identitiesOnly: boolean,
    readonly unlock: Unlock,
    /** a sentence for each file that is there and is not offered, and for an agent that hangs */
    readonly passedOver: string[] = [],
  ) {
    super();
  }

  /** A signature is being made: an agent may ask its owner for leave, or for a touch of a token. */
  get isSigning(): boolean {
    return this.signing > 0;
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    this.list().then(
      (offers) =>
        done(
          undefined,
          offers.map(({ publicKey }) => publicKey),
        ),
      (error: Error) => done(error),
    );
  }

  override sign(
    publicKey: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    done?: SignCallback,
  ): void {
    const callback = typeof options === "function" ? options : done;
    const offer = this.offers?.find((each) => isSame(each.publicKey, publicKey));
    const signing =
      offer?.sign(data, typeof options === "function" ? {} : options) ??
      Promise.reject(new Error("cannot sign with a key that was not offered"));
    this.signing++;
    const counted = signing.finally(() => {
      this.signing--;
    });
    counted.then(
      (signature) => callback?.(null, signature),
      (error: Error) => callback?.(error),
    );
  }

  private async list(): Promise<Offer[]> {
    const listed = await listAgentKeys(this.agentSocket);
    if (listed === undefined)
      this.passedOver.push(`the agent at ${this.agentSocket} has not answered within ${LIST_MS / 1000} s`);
    const ofAgent = listed ?? [];
    const identities = await Promise.all(this.identities.map((identity) => this.withPublicKey(identity)));
    const isHeld = (key: ParsedKey) => ofAgent.some((each) => isSame(each, key));
    const files = identities
      .filter((file) => file !== undefined)
      .filter(({ identity, publicKey }) => {
        const isUsable = identity.kind !== "public" || isHeld(publicKey);
        if (!isUsable) this.passedOver.push(describePublic(identity.file));
        return isUsable;
      });
    const isFiled = (key: ParsedKey) => files.some(({ publicKey }) => isSame(publicKey, key));
    const others = this.identitiesOnly ? [] : ofAgent.filter((key) => !isFiled(key));
    if (others.length > 0) this.offered.push(`${others.length} of the agent`);
    this.offered.push(...files.map(({ identity }) => identity.file));
    this.offers = [
      ...files.filter(({ publicKey }) => isHeld(publicKey)).map(({ publicKey }) => this.fromAgent(publicKey)),
      ...others.map((key) => this.fromAgent(key)),
      ...files.filter(({ publicKey }) => !isHeld(publicKey)).map((file) => this.fromFile(file)),
    ];
    return this.offers;
  }

  /** Without the public half nothing can be offered: the passphrase is then needed first. */
  private async withPublicKey(
    identity: Identity,
  ): Promise<{ identity: Identity; publicKey: ParsedKey } | undefined> {
    const publicKey = identity.publicKey ?? (await this.unlock(identity));
    if (publicKey === undefined) this.locked.push(identity.file);
    return publicKey === undefined ? undefined : { identity, publicKey };
  }

  private fromAgent(publicKey: ParsedKey): Offer {
    const { agentSocket = "" } = this;
    return { publicKey, sign: (data, options) => signByAgent(agentSocket, publicKey, data, options) };
  }

  private fromFile({ identity, publicKey }: { identity: Identity; publicKey: ParsedKey }): Offer {
    return {
      publicKey,
      sign: async (data, { hash }) => {
        const key = identity.privateKey ?? (await this.unlock(identity));
        if (key !== undefined) return key.sign(data, hash);
        this.locked.push(identity.file);
        throw new Error(`${identity.file} is encrypted`);
      },
    };
  }
}

function isSame(one: ParsedKey, other: ParsedKey): boolean {
  return one.getPublicSSH().equals(other.getPublicSSH());
}

function describePublic(file: string): string {
  return `${file} is the public half of a key, and no agent holds the other: name the private key (${file.replace(/\.pub$/, "")})`;
}
