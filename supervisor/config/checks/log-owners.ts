import { isDeepStrictEqual } from "node:util";
import type { InstanceSpec } from "../instance-spec.ts";
import type { LogSettings } from "../task/log.ts";

/** Who writes to which log file, and by which rules: of two the first would count in silence. */
export class LogOwners {
  private readonly owners = new Map<string, { readonly task: string; readonly log: LogSettings }>();

  /** The tasks whose log files are those of a task too, and are kept by other rules. */
  conflicts(task: string, specs: readonly InstanceSpec[]): string[] {
    const others = new Set<string>();
    for (const { stdout, stderr, settings } of specs) {
      for (const sink of [...stdout, ...(stderr === "stdout" ? [] : stderr)]) {
        if (sink.kind !== "file") continue;
        const { log } = settings;
        const owner = this.owners.get(sink.path);
        if (owner === undefined) this.owners.set(sink.path, { task, log });
        else if (!isDeepStrictEqual(owner.log, log)) others.add(owner.task);
      }
    }
    return [...others];
  }
}
