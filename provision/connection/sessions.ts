/**
 * The session channels of one SSH connection. sshd allows a number of them at a time (MaxSessions, 10 by default) and does
 * not tell which: the first refusal does.
 */
export class Sessions {
  #limit = Number.POSITIVE_INFINITY;
  #open = 0;
  #held = 0;
  readonly #waiting: (() => void)[] = [];

  /**
   * Waits for a free session.
   *
   * @param isHeld it stays open until its user closes it, and others may have to open before that
   * @returns false where no session can become free by itself, because all are held
   */
  async take(isHeld: boolean): Promise<boolean> {
    while (this.#open >= this.#limit) {
      if (this.#held >= this.#limit) return false;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#open++;
    if (isHeld) this.#held++;
    return true;
  }

  give(isHeld: boolean): void {
    this.#open--;
    if (isHeld) this.#held--;
    this.#wake();
  }

  /** The host refused the session that was just taken; it is given back. @returns false where it was the only one */
  refuse(isHeld: boolean): boolean {
    const others = this.#open - 1;
    if (others > 0) this.#limit = Math.min(this.#limit, others);
    this.give(isHeld);
    return others > 0;
  }

  #wake(): void {
    // all of them look again: one that may not wait any longer is among them
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
