import type { Plan } from "../../config/files/load.ts";

/** Reads tasks.yaml, one time after the other: what was read first is never applied last. */
export class PlanReader {
  private latest: Promise<unknown> = Promise.resolve();
  private next: Promise<Plan> | undefined;

  constructor(private readonly read: () => Promise<Plan>) {}

  /**
   * The file as it is now, or is a little later. While it is being read, all who ask share the next time.
   * @throws what reading throws
   */
  fresh(): Promise<Plan> {
    if (this.next !== undefined) return this.next;
    const next = this.latest.then(() => {
      this.next = undefined;
      return this.read();
    });
    this.next = next;
    this.latest = next.catch(() => {});
    return next;
  }
}
