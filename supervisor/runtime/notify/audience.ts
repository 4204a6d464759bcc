import type { TasksConfig } from "../../config/tasks-file.ts";
import type { SupervisorEvent } from "../../protocol/event.ts";
import type { EventStream } from "../event-stream.ts";
import { LogFile } from "../output/log-file.ts";
import type { Spawner } from "../process/spawn.ts";
import { Notifier } from "./notifier.ts";

/** Everybody whom tasks.yaml wants to be told of events: the event log and the notify targets. */
export class Audience {
  private members: ((event: SupervisorEvent) => void)[] = [];
  private file: LogFile | undefined;
  private notifiers: readonly Notifier[] = [];

  constructor(
    events: EventStream,
    private readonly spawner: Spawner,
    private readonly log: (message: string) => void,
  ) {
    events.follow((event) => {
      for (const tell of this.members) tell(event);
    });
  }

  /** Tells those whom the file names now, and nobody else any more. */
  invite({ events, notify }: Pick<TasksConfig, "events" | "notify">): void {
    this.file?.close();
    const file = events === undefined ? undefined : new LogFile(events.file, events.log, this.log);
    this.file = file;
    const notifiers = notify.map((target) => new Notifier(target, this.spawner, this.log));
    this.notifiers = [...this.notifiers.filter(({ isBusy }) => isBusy), ...notifiers];
    this.members = notifiers.map((notifier) => (event) => notifier.take(event));
    if (file !== undefined)
      this.members.push((event) => file.write(Buffer.from(`${JSON.stringify(event)}\n`)));
  }

  /** Resolves when everybody has been told of everything, or after `patience` (ms). */
  async settle(patience: number): Promise<void> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), patience);
    await Promise.all(this.notifiers.map((notifier) => notifier.settle(deadline.signal)));
    clearTimeout(timer);
  }
}
