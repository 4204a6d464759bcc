import type { Entry } from "../../entry.ts";

/** The longest wait between two looks (ms); the first ones are quick. */
const longestWait = 50;
/** The share of its time that it looks, at most: one part in this many. */
const restraint = 4;

/** Waits for the last processes of instances whose main processes have ended, with one look at all of them together. */
export class GroupWatch {
  /** the generations that are waited for */
  private readonly watched = new Map<Entry, number>();
  private timer: NodeJS.Timeout | undefined;
  private wait = 1;
  /** no look before this (ms of the monotonic clock) */
  private notBefore = 0;

  constructor(
    private readonly anyAlive: (entry: Entry) => boolean,
    private readonly onEmpty: (entry: Entry, generation: number) => void,
  ) {}

  /** Reports the end of an instance's last process, as long as the instance is `stopping`. */
  add(entry: Entry): void {
    this.watched.set(entry, entry.instance.generation);
    if (this.wait === 1 && this.timer !== undefined) return;
    this.wait = 1;
    this.schedule();
  }

  private schedule(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), Math.max(this.wait, this.notBefore - performance.now()));
  }

  private look(): void {
    this.timer = undefined;
    this.wait = Math.min(2 * this.wait, longestWait);
    const began = performance.now();
    for (const [entry, generation] of this.watched) {
      const isAwaited = entry.instance.generation === generation && entry.instance.state === "stopping";
      if (isAwaited && this.anyAlive(entry)) continue;
      this.watched.delete(entry);
      if (isAwaited) this.onEmpty(entry, generation);
    }
    const end = performance.now();
    this.notBefore = end + (restraint - 1) * (end - began);
    if (this.watched.size > 0 && this.timer === undefined) this.schedule();
  }
}
