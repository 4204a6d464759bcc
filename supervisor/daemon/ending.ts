import type { Entry } from "../runtime/entry.ts";
import type { Jobs } from "../runtime/jobs/jobs.ts";
import { Shutdown } from "../runtime/shutdown.ts";
import type { Supervisor } from "../runtime/supervisor.ts";

/** How long after a third request (ms) longshored ends, also where something cannot be killed. */
const lastMoments = 1_500;

/** The end of longshored, from the first request on. */
export class Ending {
  /** that of a critical task, or 0 */
  exitCode = 0;
  /** resolves with what could not be ended when nothing else runs any more */
  readonly stopped: Promise<readonly Entry[]>;
  private readonly shutdown: Shutdown;
  private resolveStopped: (left: readonly Entry[]) => void = () => {};
  private requests = 0;
  private deadline = Number.POSITIVE_INFINITY;

  /** @param leave ends this process whatever is under way */
  constructor(
    private readonly supervisor: Supervisor,
    jobs: Pick<Jobs, "close">,
    private readonly log: (message: string) => void,
    private readonly leave: (exitCode: number) => void,
  ) {
    this.shutdown = new Shutdown(supervisor, jobs);
    this.stopped = new Promise((resolve) => {
      this.resolveStopped = resolve;
    });
  }

  /** Begins the end; a further request hastens it, and after a third one it is near. @param reason for people */
  request(reason: string, exitCode = 0): void {
    const { shutdown_timeout: timeout } = this.supervisor.plan.config;
    this.requests += 1;
    if (this.requests === 3) setTimeout(() => this.leave(this.exitCode || 1), lastMoments);
    this.exitCode ||= exitCode;
    this.deadline = Math.min(this.deadline, performance.now() + timeout);
    this.log(`shutting down: ${reason}`);
    void this.shutdown.begin(timeout).then(this.resolveStopped);
  }

  /** What is left of `shutdown_timeout` (ms). */
  get timeLeft(): number {
    return this.deadline - performance.now();
  }
}
