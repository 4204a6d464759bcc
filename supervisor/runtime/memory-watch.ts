import type { Entry } from "./entry.ts";
import { readProcesses } from "./process/proc.ts";
import { listEscaped } from "./process/process-group.ts";

/** How often the memory of limited tasks is measured (ms). */
const interval = 5_000;

/** Finds instances that use more memory than their task may; it measures only while some task has a limit. */
export class MemoryWatch {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly listEntries: () => Iterable<Entry>,
    private readonly onExcess: (entry: Entry, bytes: number) => void,
  ) {}

  /** Begins or ends measuring, as the tasks now are. */
  update(): void {
    const isNeeded = [...this.listEntries()].some(({ spec }) => spec.settings.max_memory !== undefined);
    if (isNeeded) this.timer ??= setInterval(() => this.measure(), interval);
    else this.stop();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private measure(): void {
    const processes = readProcesses();
    for (const entry of this.listEntries()) {
      const { max_memory: limit } = entry.spec.settings;
      const { group } = entry;
      if (limit === undefined || group === null || entry.instance.pid === null) continue;
      const members = [...processes.filter((info) => info.group === group), ...listEscaped(group, processes)];
      const bytes = members.reduce((sum, info) => sum + info.residentBytes, 0);
      if (bytes > limit) this.onExcess(entry, bytes);
    }
  }
}
