import { suggestWord } from "../../../shared/suggest.ts";
import type { Task } from "../task/task.ts";
import type { PlanProblem } from "./plan-problem.ts";

/**
 * Finds actions on tasks that do not exist, and `run` of what is no job or oneshot.
 * @param names all tasks, also those that are wrong themselves
 */
export function checkJobs(
  tasks: Readonly<Record<string, Task>>,
  names: ReadonlyMap<string, unknown>,
): PlanProblem[] {
  return Object.entries(tasks).flatMap(([name, task]) =>
    (["on_success", "on_failure"] as const).flatMap((key) =>
      task[key].flatMap((action): PlanProblem[] => {
        if (action.type !== "task" && action.type !== "signal") return [];
        const path = ["tasks", name, key];
        const target = tasks[action.task];
        if (target === undefined) {
          if (names.has(action.task)) return [];
          const near = suggestWord(action.task, [...names.keys()]);
          const hint = near === undefined ? undefined : `did you mean "${near}"?`;
          return [{ path, message: `no task is named ${JSON.stringify(action.task)}`, hint }];
        }
        if (action.type === "task" && action.verb === "run" && target.kind === "service") {
          return [
            { path, message: `cannot run ${action.task}: it is a service`, hint: `start ${action.task}` },
          ];
        }
        const { reload_signal, reload_command } = target;
        if (
          action.type === "task" &&
          action.verb === "reload" &&
          (reload_signal ?? reload_command) === undefined
        ) {
          const hint = `give ${action.task} a reload_signal or a reload_command`;
          return [{ path, message: `cannot reload ${action.task}: it has no way to be told`, hint }];
        }
        return [];
      }),
    ),
  );
}
