import { hostname } from "node:os";
import type { EventKind } from "../config/notify.ts";
import { listEvents } from "../core/change.ts";
import type { RunEvent } from "../core/jobs/run-event.ts";
import type { SupervisorEvent } from "../protocol/event.ts";
import type { Entry } from "./entry.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { Supervisor } from "./supervisor.ts";

/** How many of the last events are remembered. */
const remembered = 1_000;

/** Everything that happens, as it happens, and the last of what has happened. */
export class EventStream {
  private readonly past: SupervisorEvent[] = [];
  private readonly followers = new Set<(event: SupervisorEvent) => void>();

  constructor(supervisor: Pick<Supervisor, "onChange">, jobs: Pick<Jobs, "onRun">) {
    supervisor.onChange((entry, before) => {
      for (const kind of listEvents(before, entry.instance)) this.emit(describe(kind, entry));
    });
    jobs.onRun((run) => this.emit(describeRun(run)));
  }

  /** Reports something that concerns the supervisor as a whole. */
  announce(event: EventKind, reason: string): void {
    this.emit({ ...describe(event, undefined), reason });
  }

  /** The last `count` events, oldest first. */
  last(count: number): SupervisorEvent[] {
    return count === 0 ? [] : this.past.slice(-count);
  }

  /** Calls back with every further event; the result ends that. */
  follow(follower: (event: SupervisorEvent) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  private emit(event: SupervisorEvent): void {
    this.past.push(event);
    if (this.past.length > remembered) this.past.shift();
    for (const follower of this.followers) follower(event);
  }
}

function describe(event: EventKind, entry: Entry | undefined): SupervisorEvent {
  const instance = entry?.instance;
  return {
    time: new Date().toISOString(),
    event,
    name: entry?.spec.name ?? null,
    task: entry?.spec.task ?? null,
    pid: instance?.pid ?? null,
    exit_code: instance?.exit?.code ?? null,
    exit_signal: instance?.exit?.signal ?? null,
    restarts: instance?.restarts ?? 0,
    reason: instance?.reason ?? null,
    run: null,
    host: hostname(),
  };
}

function describeRun({ event, job, run, exitCode, exitSignal, reason }: RunEvent): SupervisorEvent {
  const ended = { exit_code: exitCode, exit_signal: exitSignal, reason };
  return { ...describe(event, undefined), ...ended, name: job, task: job, run };
}
