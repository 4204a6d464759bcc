import { formatError, UserError } from "../../shared/user-error.ts";
import type { Plan } from "../config/files/load.ts";
import { replaceInTurn } from "../control/rolling-restart.ts";
import type { PlanDiff } from "../core/plan-diff.ts";
import { PlanReader } from "../runtime/load/plan-reader.ts";
import { applyPlan, diffRunning } from "../runtime/load/reload.ts";
import type { Supervisor } from "../runtime/supervisor.ts";

/** What a reload does beside the tasks. */
export interface ReloadPort {
  /** Reads tasks.yaml. */
  read(): Promise<Plan>;
  /** Takes over the settings that may not be had: an address. What it throws leaves everything as it is. */
  prepare(config: Plan["config"]): Promise<void>;
  /** Takes over all other settings of the whole file. */
  adopt(config: Plan["config"]): void;
  /** Tells that a reload was applied. @param summary how many instances it has added, changed, … */
  announce(summary: string): void;
  log(message: string): void;
}

/** Applies tasks.yaml as it is now to what runs. */
export class Reloader {
  private readonly reader: PlanReader;
  private reported: unknown;
  private warned: readonly string[] = [];

  constructor(
    private readonly supervisor: Supervisor,
    private readonly port: ReloadPort,
  ) {
    this.reader = new PlanReader(() => port.read());
  }

  /**
   * @returns what is applied, or with `dryRun` what would be
   * @throws UserError for a bad file, an address that cannot be had, or a shutdown; nothing has changed then
   */
  async reload({ dryRun = false, rolling = false } = {}): Promise<PlanDiff> {
    const { supervisor, port } = this;
    const fresh = await this.reader.fresh();
    // Another one who asked has applied it.
    const isApplied = (): boolean => fresh === supervisor.plan;
    if (dryRun || isApplied()) return diffRunning(supervisor, fresh);
    if (supervisor.isClosing)
      throw new UserError("shutting_down", "cannot reload: everything is being stopped");
    await port.prepare(fresh.config);
    if (isApplied()) return diffRunning(supervisor, fresh);
    const { diff, held, gone } = applyPlan(supervisor, fresh, rolling);
    port.adopt(fresh.config);
    port.announce(summarise(diff));
    this.warn(fresh);
    if (held.length > 0) await gone;
    await replaceInTurn(supervisor, fresh, held);
    return diff;
  }

  /** Tells what its user should know of a plan, where that is news. */
  warn({ warnings }: Plan): void {
    for (const warning of warnings) if (!this.warned.includes(warning)) this.port.log(`warning: ${warning}`);
    this.warned = warnings;
  }

  /** Reloads for somebody who gets no answer: what is wrong is logged. */
  reloadUnasked(): void {
    this.reload().catch((error) => {
      // Several signals may have had one answer.
      if (error !== this.reported) this.port.log(`cannot reload: ${formatError(error)}`);
      this.reported = error;
    });
  }
}

function summarise({ added, removed, changed, adjusted, unchanged }: PlanDiff): string {
  const counts = Object.entries({ added, removed, changed, adjusted, unchanged });
  return counts.map(([word, specs]) => `${specs.length} ${word}`).join(", ");
}
