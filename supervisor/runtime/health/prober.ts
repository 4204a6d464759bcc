import type { Healthcheck } from "../../config/task/healthcheck.ts";
import { type HealthRecord, nextCheckDelay, noChecks, recordCheck } from "../../core/health.ts";
import { setTimeLimit } from "../time/time-limit.ts";
import { type RunCommand, runProbe } from "./probe.ts";

/** Checks one process again and again, and reports when its health turns. */
export class Prober {
  private record: HealthRecord = noChecks;
  private cancelTimer = (): void => {};
  private stopped = false;
  private readonly startedAt = performance.now();

  constructor(
    private readonly check: Healthcheck,
    private readonly runCommand: RunCommand,
    private readonly onTurn: (healthy: boolean, detail: string) => void,
  ) {
    this.schedule();
  }

  stop(): void {
    this.stopped = true;
    this.cancelTimer();
  }

  private schedule(): void {
    this.cancelTimer = setTimeLimit(nextCheckDelay(this.record, this.check), () => void this.probe());
  }

  private async probe(): Promise<void> {
    const { healthy, detail } = await runProbe(this.check, this.runCommand);
    if (this.stopped) return;
    const before = this.record.healthy;
    this.record = recordCheck(this.record, healthy, performance.now() - this.startedAt, this.check);
    if (this.record.healthy !== null && this.record.healthy !== before)
      this.onTurn(this.record.healthy, detail);
    if (!this.stopped) this.schedule();
  }
}
