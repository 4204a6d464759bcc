import { isAlive, listStoppable } from "../core/dependencies.ts";
import type { Entry } from "./entry.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { Supervisor } from "./supervisor.ts";
import { setTimeLimit } from "./time/time-limit.ts";

/** What a shutdown keeps back of its time for tasks whose dependants took too long (ms). */
const reserve = 1_500;

/** How long after SIGKILL something is waited for (ms): a dead disk, or another user's rights, may keep it alive. */
const patience = 5_000;

/** Takes everything down: dependants before what they depend on, in parallel where the dependencies allow. */
export class Shutdown {
  private calls = 0;
  private scheduled = false;
  private givingUp: NodeJS.Timeout | undefined;
  private readonly ended: Promise<void>;
  private resolveEnded: () => void = () => {};

  constructor(
    private readonly supervisor: Supervisor,
    private readonly jobs: Pick<Jobs, "close">,
  ) {
    this.ended = new Promise((resolve) => {
      this.resolveEnded = resolve;
    });
  }

  /**
   * Begins the shutdown. Shortly before its time is over whatever is left is told to stop at once, and at its end
   * killed. A second call does not wait for the order any more; a third one kills.
   * @param timeout milliseconds for the whole
   * @returns what SIGKILL did not end either
   */
  async begin(timeout: number): Promise<readonly Entry[]> {
    this.calls += 1;
    if (this.calls === 2) this.stopAll();
    if (this.calls > 2) this.kill();
    if (this.calls > 1) return this.ended.then(() => this.alive());
    this.supervisor.isClosing = true;
    this.jobs.close();
    const cancelHurry = setTimeLimit(Math.max(timeout - reserve, timeout / 2), () => this.stopAll());
    const cancelKill = setTimeLimit(timeout, () => this.kill());
    this.supervisor.onChange(() => this.continueSoon());
    this.continueSoon();
    await this.ended;
    cancelHurry();
    cancelKill();
    clearTimeout(this.givingUp);
    return this.alive();
  }

  /** Many ends at once are one look at what may be stopped next. */
  private continueSoon(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const stoppable = listStoppable([...this.supervisor.entries.all]);
      if (stoppable.length === 0) this.resolveEnded();
      for (const entry of stoppable) this.stop(entry);
    });
  }

  private stop(entry: Entry): void {
    if (entry.instance.state !== "stopping" || entry.instance.wanted)
      this.supervisor.dispatch(entry, { type: "stop" });
  }

  private stopAll(): void {
    for (const entry of this.alive()) this.stop(entry);
  }

  private kill(): void {
    this.stopAll();
    for (const entry of this.alive()) this.supervisor.dispatch(entry, { type: "hasten" });
    this.givingUp ??= setTimeout(() => this.resolveEnded(), patience);
  }

  private alive(): Entry[] {
    return [...this.supervisor.entries.all].filter(({ instance }) => isAlive(instance));
  }
}
