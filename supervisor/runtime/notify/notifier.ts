import type { NotifyTarget } from "../../config/notify.ts";
import type { SupervisorEvent } from "../../protocol/event.ts";
import type { Spawner } from "../process/spawn.ts";
import { sendEvent } from "./notify-target.ts";

/** Waits between the tries of one message (ms); after the last the message is given up. */
const retryWaits = [1_000, 5_000, 30_000];
/** More messages than this do not wait for one target: the oldest are dropped. */
const longestQueue = 1_000;

/** Tells a target of events, one after the other, and tries again when it cannot be reached. */
export class Notifier {
  private readonly queue: SupervisorEvent[] = [];
  private sending: Promise<void> | undefined;

  constructor(
    private readonly target: NotifyTarget,
    private readonly spawner: Spawner,
    private readonly log: (message: string) => void,
  ) {}

  take(event: SupervisorEvent): void {
    if (!this.target.on.includes(event.event)) return;
    this.queue.push(event);
    if (this.queue.length > longestQueue) this.queue.shift();
    this.sending ??= this.sendAll();
  }

  /** Whether it has something to tell still. */
  get isBusy(): boolean {
    return this.sending !== undefined;
  }

  /** Waits until the target knows all, and says how much it does not when the signal ends that. */
  async settle(deadline: AbortSignal): Promise<void> {
    if (this.sending === undefined) return;
    const ended = new Promise<void>((resolve) => {
      deadline.addEventListener("abort", () => resolve());
    });
    await Promise.race([this.sending, ended]);
    if (this.sending === undefined) return;
    const count = this.queue.length + 1;
    this.log(
      `cannot tell ${describeTarget(this.target)} of ${count} ${count === 1 ? "event" : "events"} before the end`,
    );
  }

  private async sendAll(): Promise<void> {
    for (let event = this.queue.shift(); event !== undefined; event = this.queue.shift())
      await this.send(event);
    this.sending = undefined;
  }

  private async send(event: SupervisorEvent): Promise<void> {
    for (const wait of [...retryWaits, null]) {
      const problem = await sendEvent(this.target, event, this.spawner);
      if (problem === null) return;
      if (wait === null)
        this.log(`cannot tell ${describeTarget(this.target)} of ${event.event}: ${problem}; given up`);
      else await new Promise((resolve) => setTimeout(resolve, wait).unref());
    }
  }
}

/** An address without what may be secret in it. */
function describeTarget({ webhook, tcp, exec }: NotifyTarget): string {
  return webhook === undefined ? (tcp ?? exec?.[0] ?? "") : new URL(webhook).origin;
}
