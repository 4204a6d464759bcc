import type { Entry } from "../runtime/entry.ts";
import { Shutdown } from "../runtime/shutdown.ts";
import type { Supervisor } from "../runtime/supervisor.ts";

/** The end of longshored, from the first request on. */
export class Ending {
  /** that of a critical task, or 0 */
  exitCode = 0;
  /** resolves with what could not be ended when nothing else runs any more */
  readonly stopped: Promise<readonly Entry[]>;
  private readonly shutdown: Shutdown;
  private resolveStopped: (left: readonly Entry[]) => void = () => {};
  private deadline = Number.POSITIVE_INFINITY;

  constructor(
    private readonly supervisor: Supervisor,
    private readonly log: (message: string) => void,
  ) {
    this.shutdown = new Shutdown(supervisor);
    this.stopped = new Promise((resolve) => {
      this.resolveStopped = resolve;
    });
  }

  /** Begins the end; a further request hastens it. @param reason for people */
  request(reason: string, exitCode = 0): void {
    const { shutdown_timeout: timeout } = this.supervisor.plan.config;
    this.exitCode ||= exitCode;
    this.deadline = Math.min(this.deadline, Date.now() + timeout);
    this.log(`shutting down: ${reason}`);
    void this.shutdown.begin(timeout).then(this.resolveStopped);
  }

  /** What is left of `shutdown_timeout` (ms). */
  get timeLeft(): number {
    return this.deadline - Date.now();
  }
}
