import type { Health, InstanceState } from "../protocol/status.ts";

/** How a process ended: exactly one of both is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What an instance does once its stop is complete. */
export type AfterStop = "stay" | "start" | "restart-policy" | "wait";

/** Everything that the state machine remembers of one instance. Times are milliseconds of the wall clock. */
export interface Instance {
  readonly state: InstanceState;
  readonly health: Health;
  /** Counts the processes that were started; an event about an earlier one is stale. */
  readonly generation: number;
  readonly pid: number | null;
  /** when the present process was started, or the last one */
  readonly startedAt: number | null;
  /** failed starts, or ends that came soon after another, in a row */
  readonly failures: number;
  /** starts that the supervisor made by itself, after the first */
  readonly restarts: number;
  /** how the last process ended; null while none has */
  readonly exit: Exit | null;
  /** while stopping: what comes next */
  readonly afterStop: AfterStop;
  /** while stopping: how many of the stop's steps have been taken */
  readonly stopStep: number;
  /** why it is in this state, for people */
  readonly reason: string | null;
}

/** An instance before its first start. */
export function newInstance(reason: string | null = null): Instance {
  return {
    state: "stopped",
    health: "none",
    generation: 0,
    pid: null,
    startedAt: null,
    failures: 0,
    restarts: 0,
    exit: null,
    afterStop: "stay",
    stopStep: 0,
    reason,
  };
}

/** Whether a process of this instance exists or is about to. */
export function isActive(instance: Instance): boolean {
  return instance.state === "starting" || instance.state === "running" || instance.state === "stopping";
}

/** Whether nothing more will happen by itself. */
export function isSettled(instance: Instance): boolean {
  return instance.state === "stopped" || instance.state === "exited" || instance.state === "fatal";
}
