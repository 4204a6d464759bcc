import type { ParsedKey } from "ssh2";
import type { Questions } from "../questions.ts";
import type { Identity } from "./identity.ts";

/** Decrypts a key file with the passphrase that somebody gives; undefined where nobody does. */
export type Unlock = (identity: Identity) => Promise<ParsedKey | undefined>;

/** The key files of one command: the passphrase of each is asked for once, whatever number of hosts use it. */
export class UnlockedKeys {
  private readonly keys = new Map<string, Promise<ParsedKey | undefined>>();
  private readonly answers = new Set<string>();
  private waiting: (() => void)[] = [];

  constructor(readonly questions: Questions) {}

  readonly unlock: Unlock = (identity) => {
    const { file } = identity;
    const known = this.keys.get(file);
    if (known !== undefined) return known;
    const key = this.questions
      .askUntil(`passphrase of ${file}: `, (answer) => identity.decrypt(answer))
      .finally(() => {
        this.answers.add(file);
        for (const wake of this.waiting.splice(0)) wake();
      });
    this.keys.set(file, key);
    return key;
  };

  /** Resolves when nobody will be asked for any of these files any more. */
  async answered(files: readonly string[]): Promise<void> {
    while (files.some((file) => !this.answers.has(file)))
      await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
