import type { Healthcheck } from "../config/healthcheck.ts";
import { type HealthRecord, nextCheckDelay, noChecks, recordCheck } from "../core/health.ts";
import { type RunCommand, runProbe } from "./probe.ts";

/** Checks one process again and again, and reports when its health turns. */
export class Prober {
  private record: HealthRecord = noChecks;
  private timer: NodeJS.Timeout | undefined;
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
    clearTimeout(this.timer);
  }

  private schedule(): void {
    this.timer = setTimeout(() => void this.probe(), nextCheckDelay(this.record, this.check));
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
