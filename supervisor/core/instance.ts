import { type SignalName, signalNumber } from "../config/task/signal-name.ts";
import type { Health, InstanceState } from "../protocol/status.ts";

/** How a process ended: exactly one of both is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: SignalName | null;
}

/** Everything that the state machine remembers of one instance. Times are milliseconds of the wall clock. */
export interface Instance {
  readonly state: InstanceState;
  readonly health: Health;
  /** whether it should be up (a service) or run when it is due (a job) */
  readonly wanted: boolean;
  /** counts the processes that were started; an event about an earlier one is stale */
  readonly generation: number;
  readonly pid: number | null;
  /** when the present process was started, or the last one; as all times of events, of a clock that nobody sets */
  readonly startedAt: number | null;
  /** starts in a row that did not last for the start period */
  readonly failedStarts: number;
  /** ends in a row without a stable time between them: how far the backoff has grown */
  readonly failures: number;
  /** starts that the supervisor made by itself, after the first */
  readonly restarts: number;
  /** how the last process ended; null while none has */
  readonly exit: Exit | null;
  /** while stopping: how many steps of the stop have been taken */
  readonly stopStep: number;
  /** while stopping: what comes after it */
  readonly afterStop: AfterStop;
  /** while stopping: the state that the stop began in */
  readonly stoppedIn: "starting" | "running";
  /** when the supervisor made its last restarts, as far back as the task's restart limit looks */
  readonly restartTimes: readonly number[];
  /** when its latest failures were that came after a stable time (see `failure-count.ts`) */
  readonly lateFailures: readonly number[];
  /** why it is in this state, for people */
  readonly reason: string | null;
}

/**
 * What follows a complete stop: stay down, start afresh, start again as after a failure (an unhealthy task), or what
 * the restart policy says of a process that ended by itself and left members of its group behind.
 */
export type AfterStop = "stay" | "start" | "retry" | "judge";

/** An instance before its first start. */
export function newInstance(): Instance {
  return {
    state: "stopped",
    health: "none",
    wanted: false,
    generation: 0,
    pid: null,
    startedAt: null,
    failedStarts: 0,
    failures: 0,
    restarts: 0,
    exit: null,
    stopStep: 0,
    afterStop: "stay",
    stoppedIn: "running",
    restartTimes: [],
    lateFailures: [],
    reason: null,
  };
}

/** Whether a process of this instance exists, or members of its group may. */
export function isActive(instance: Instance): boolean {
  return instance.state === "starting" || instance.state === "running" || instance.state === "stopping";
}

/** What a shell reports of a command that it cannot run. */
export const cannotRun: Exit = { code: 127, signal: null };

/** The exit code that a shell reports: 128 and the number of the signal for a process that a signal ended. */
export function exitCodeOf(exit: Exit): number {
  return exit.signal === null ? (exit.code ?? 1) : 128 + signalNumber(exit.signal);
}

/** `exit code 1` or `killed by SIGSEGV`. */
export function describeExit(exit: Exit): string {
  return exit.signal === null ? `exit code ${exit.code}` : `killed by ${exit.signal}`;
}
