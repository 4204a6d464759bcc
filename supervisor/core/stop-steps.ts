import type { Task } from "../config/task.ts";

/** One step of a stop: a signal, and the milliseconds until the next step. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly wait: number;
}

/** After the last step comes SIGKILL, and again every second: a process may fork while the group is being killed. */
const killStep: StopStep = { signal: "SIGKILL", wait: 1_000 };

/** The steps of a task's stop, before SIGKILL. */
export function listStopSteps(task: Pick<Task, "stop_signal" | "stop_grace_period">): readonly StopStep[] {
  return [{ signal: task.stop_signal, wait: task.stop_grace_period }];
}

/** The step at a position, which is SIGKILL after the last. */
export function stopStepAt(steps: readonly StopStep[], position: number): StopStep {
  return steps[position] ?? killStep;
}
