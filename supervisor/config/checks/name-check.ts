import type { Task } from "../task/task.ts";
import type { PlanProblem } from "./plan-problem.ts";

/** Finds names that longshorectl could not tell apart: `worker_1` beside the instances of `worker`, and `all`. */
export function checkNames(tasks: Readonly<Record<string, Task>>): PlanProblem[] {
  return Object.keys(tasks).flatMap((name): PlanProblem[] => {
    const path = ["tasks", name];
    if (name === "all")
      return [{ path, message: "is what longshorectl calls every task; take another name" }];
    const [, base = "", number = ""] = /^(.+)_([1-9]\d*)$/.exec(name) ?? [];
    const instances = tasks[base]?.instances ?? 1;
    if (instances < 2 || Number(number) > instances) return [];
    return [{ path, message: `is also the name of an instance of ${base}, which has ${instances}` }];
  });
}
