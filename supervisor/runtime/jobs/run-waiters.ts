/** Those who wait for the end of a run. */
export class RunWaiters {
  private readonly callbacks = new Map<string, (() => void)[]>();

  /** Resolves when the run is settled. */
  waitFor(job: string, run: number): Promise<void> {
    return new Promise((resolve) => {
      const key = `${job}#${run}`;
      this.callbacks.set(key, [...(this.callbacks.get(key) ?? []), resolve]);
    });
  }

  /** The run and all that follows it is over, or it is clear that it never begins. */
  settle(job: string, run: number): void {
    const key = `${job}#${run}`;
    for (const resolve of this.callbacks.get(key) ?? []) resolve();
    this.callbacks.delete(key);
  }
}
