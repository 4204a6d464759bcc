import type { SignalName } from "../config/task/signal-name.ts";
import type { Exit } from "./instance.ts";

/** What happens to an instance. Whatever concerns a process carries its generation; `at` is the wall clock in ms. */
export type Event =
  /** it should be up, or for a job: run when due */
  | { readonly type: "start" }
  | { readonly type: "stop" }
  | { readonly type: "restart" }
  /** run once now: a job that is due, or by hand */
  | { readonly type: "run" }
  /** this run of a job is over: its process is stopped, and the job goes on waiting for the next */
  | { readonly type: "cancel" }
  /** what it depends on is there */
  | { readonly type: "released" }
  | { readonly type: "spawned"; readonly generation: number; readonly pid: number; readonly at: number }
  | {
      readonly type: "spawn_failed";
      readonly generation: number;
      readonly reason: string;
      readonly at: number;
    }
  /** its main process ended; `groupEmpty` is false while other members of the process group live on */
  | {
      readonly type: "exited";
      readonly generation: number;
      readonly exit: Exit;
      readonly groupEmpty: boolean;
      readonly at: number;
    }
  /** the last member of its process group ended */
  | { readonly type: "emptied"; readonly generation: number; readonly at: number }
  /** the timer of the present state ran out */
  | { readonly type: "timer"; readonly generation: number; readonly at: number }
  | {
      readonly type: "health";
      readonly generation: number;
      readonly healthy: boolean;
      readonly reason: string;
    }
  /** how it is checked has changed while it runs */
  | { readonly type: "recheck" }
  /** it says itself that it has started (`readiness`) */
  | { readonly type: "ready"; readonly generation: number }
  /** it must be replaced, as after a failure */
  | { readonly type: "condemned"; readonly generation: number; readonly reason: string }
  /** its stop command has failed, or could not be run */
  | { readonly type: "stop_failed"; readonly generation: number }
  /** a stop must not take any longer */
  | { readonly type: "hasten" };

/** What the interpreter does for an instance after a transition, in order. */
export type Effect =
  /** answer with `released` as soon as what it depends on is there */
  | { readonly type: "await_dependencies" }
  | { readonly type: "spawn"; readonly generation: number }
  /** to every process of the group */
  | { readonly type: "signal"; readonly signal: SignalName }
  /** the task's stop command, in place of a signal */
  | { readonly type: "run_stop_command" }
  /** answer with `emptied` when no process of the group is left */
  | { readonly type: "watch_group" }
  /** an instance has one timer, and arming it anew replaces it; `jitter` is the share that may be added at random */
  | { readonly type: "arm"; readonly milliseconds: number; readonly jitter: number }
  | { readonly type: "disarm" }
  | { readonly type: "start_probes" }
  | { readonly type: "stop_probes" }
  /** the task asks for the end of the whole supervisor */
  | { readonly type: "shutdown"; readonly reason: string; readonly exitCode: number };
