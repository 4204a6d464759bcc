import { BecomeError } from "./sudo-failure.ts";

/**
 * One try at a time until a command has become root, and none after a refusal: a wrong password that every command tries
 * again locks the account (pam_faillock).
 */
export class RootTurn {
  private isRoot = false;
  private refusal: BecomeError | undefined;
  private trying: Promise<void> | undefined;

  /**
   * @param work becomes root and does something; calls `begun` once it is root
   * @throws BecomeError the earlier one, where there was one
   */
  async take<T>(work: (begun: () => void) => Promise<T>): Promise<T> {
    while (!this.isRoot && this.trying !== undefined) await this.trying;
    if (this.refusal !== undefined) throw this.refusal;
    let release = () => {};
    if (!this.isRoot)
      this.trying = new Promise((resolve) => {
        release = resolve;
      });
    const end = () => {
      this.trying = undefined;
      release();
    };
    try {
      return await work(() => {
        this.isRoot = true;
        end();
      });
    } catch (error) {
      if (error instanceof BecomeError) this.refusal = error;
      throw error;
    } finally {
      end();
    }
  }
}
