import { isActive } from "../core/instance.ts";
import { nextRun } from "../core/next-run.ts";
import { setAlarm } from "./alarm.ts";
import type { Entry } from "./entry.ts";

interface Alarm {
  readonly at: Date;
  readonly cancel: () => void;
}

/** Wakes jobs when they are due. */
export class JobAlarms {
  private readonly alarms = new Map<Entry, Alarm>();

  constructor(
    private readonly run: (entry: Entry) => void,
    private readonly log: (message: string) => void,
  ) {}

  /** Sets the alarm of a job anew, as its present schedule says; a task without a schedule gets none. */
  set(entry: Entry): void {
    this.cancel(entry);
    const at = nextRun(entry.spec.settings, new Date());
    if (at === null) return;
    const cancel = setAlarm(at, () => {
      this.set(entry);
      this.due(entry, at);
    });
    this.alarms.set(entry, { at, cancel });
  }

  cancel(entry: Entry): void {
    this.alarms.get(entry)?.cancel();
    this.alarms.delete(entry);
  }

  cancelAll(): void {
    for (const entry of [...this.alarms.keys()]) this.cancel(entry);
  }

  nextRun(entry: Entry): Date | null {
    return this.alarms.get(entry)?.at ?? null;
  }

  private due(entry: Entry, at: Date): void {
    if (entry.instance.state === "waiting") this.run(entry);
    else if (isActive(entry.instance))
      this.log(`${entry.spec.name}: still running, the run of ${at.toISOString()} is skipped`);
  }
}
