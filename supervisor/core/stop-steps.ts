import type { StopStep } from "../config/task/stop-step.ts";
import type { Task } from "../config/task/task.ts";

/** What a step of a stop does, and the milliseconds until the next step. */
export type StopAction =
  | ({ readonly type: "signal" } & StopStep)
  | { readonly type: "command"; readonly wait: number };

/** After the last step comes SIGKILL, and again every second: a process may fork while the group is being killed. */
export const killAction: StopAction = { type: "signal", signal: "SIGKILL", wait: 1_000 };

type StopSettings = Pick<Task, "stop_signal" | "stop_grace_period" | "stop_steps" | "stop_command">;

/** What a stop does at a position: the task's own steps, then SIGKILL. */
export function stopActionAt(task: StopSettings, position: number): StopAction {
  return listStopActions(task)[position] ?? killAction;
}

function listStopActions(task: StopSettings): readonly StopAction[] {
  if (task.stop_steps !== undefined) return task.stop_steps.map((step) => ({ type: "signal", ...step }));
  if (task.stop_command !== undefined) return [{ type: "command", wait: task.stop_grace_period }];
  return [{ type: "signal", signal: task.stop_signal, wait: task.stop_grace_period }];
}
