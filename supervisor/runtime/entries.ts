import type { InstanceSpec } from "../config/instance-spec.ts";
import { type Entry, newEntry } from "./entry.ts";
import type { LogFiles } from "./output/log-files.ts";
import type { Output } from "./output/output.ts";

/** All instances that the supervisor holds, in the order of the file, by id and by task. */
export class Entries {
  private readonly byId = new Map<string, Entry>();
  private readonly byTask = new Map<string, Entry[]>();
  private readonly listeners = new Set<(entry: Entry) => void>();

  constructor(
    private readonly output: Output,
    private readonly files: LogFiles,
  ) {}

  get all(): Iterable<Entry> {
    return this.byId.values();
  }

  find(id: string): Entry | undefined {
    return this.byId.get(id);
  }

  add(spec: InstanceSpec): Entry {
    const entry = newEntry(spec, this.output, this.files);
    this.byId.set(spec.id, entry);
    const members = this.byTask.get(spec.task);
    if (members === undefined) this.byTask.set(spec.task, [entry]);
    else members.push(entry);
    for (const listener of this.listeners) listener(entry);
    return entry;
  }

  /** Calls back with every instance that is added; the result ends that. */
  onAdd(listener: (entry: Entry) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  remove(entry: Entry): void {
    this.byId.delete(entry.spec.id);
    const rest = this.ofTask(entry.spec.task).filter((member) => member !== entry);
    if (rest.length === 0) this.byTask.delete(entry.spec.task);
    else this.byTask.set(entry.spec.task, rest);
  }

  /** The instances of a task. */
  readonly ofTask = (taskName: string): readonly Entry[] => this.byTask.get(taskName) ?? [];
}
