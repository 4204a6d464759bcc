/**
 * The session channels of one SSH connection. sshd allows a number of them at a time (MaxSessions, 10 by default) and does
 * not tell which: the first refusal does.
 */
export class Sessions {
  private limit = Number.POSITIVE_INFINITY;
  private open = 0;
  private held = 0;
  private readonly waiting: (() => void)[] = [];

  /**
   * Waits for a free session.
   *
   * @param isHeld it stays open until its user closes it, and others may have to open before that
   * @returns the number of sessions that were open before; undefined where none can become free by itself, because all are held
   */
  async take(isHeld: boolean): Promise<number | undefined> {
    while (this.open >= this.limit) {
      if (this.held >= this.limit) return undefined;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    if (isHeld) this.held++;
    return this.open++;
  }

  give(isHeld: boolean): void {
    this.open--;
    if (isHeld) this.held--;
    this.wake();
  }

  /** The host refused a session while so many others were open: that many it allows at most, and one at least. */
  refuse(isHeld: boolean, others: number): void {
    this.limit = Math.min(this.limit, Math.max(1, others));
    this.give(isHeld);
  }

  private wake(): void {
    // all of them look again: one that may not wait any longer is among them
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
