import { suggestWord } from "../../../shared/suggest.ts";
import type { Task } from "../task/task.ts";
import type { PlanProblem } from "./plan-problem.ts";

type Tasks = Readonly<Record<string, Task>>;

/**
 * Finds dependencies on tasks that do not exist, on health that is never checked, on ends that never come, and cycles.
 * @param names all tasks, also those that are wrong themselves
 */
export function checkDependencies(tasks: Tasks, names: ReadonlyMap<string, unknown>): PlanProblem[] {
  const problems = Object.entries(tasks).flatMap(([name, task]) =>
    Object.entries(task.depends_on).flatMap(([dependency, { condition }]) => {
      const path = ["tasks", name, "depends_on", dependency];
      const target = tasks[dependency];
      if (target === undefined) {
        if (names.has(dependency)) return [];
        const near = suggestWord(dependency, [...names.keys()]);
        const hint = near === undefined ? undefined : `did you mean "${near}"?`;
        return [{ path, message: `no task is named ${JSON.stringify(dependency)}`, hint }];
      }
      if (condition === "healthy" && target.healthcheck === undefined && target.readiness === undefined) {
        const hint = `give ${dependency} a healthcheck or a readiness`;
        return [{ path, message: `waits until ${dependency} is healthy, which nothing checks`, hint }];
      }
      if (condition === "completed_successfully" && target.kind === "service") {
        const hint = `give ${dependency} "type: oneshot" or a schedule`;
        return [{ path, message: `waits until ${dependency} has completed, but it is a service`, hint }];
      }
      return [];
    }),
  );
  const cycle = findCycle(tasks);
  if (cycle === undefined) return problems;
  const [first = "", second = first] = cycle;
  const path = ["tasks", first, "depends_on", second];
  return [...problems, { path, message: `depends on itself: ${cycle.join(" -> ")}` }];
}

/** The names along the first cycle, which ends with the name that it began with; undefined when there is none. */
function findCycle(tasks: Readonly<Record<string, Pick<Task, "depends_on">>>): string[] | undefined {
  const done = new Set<string>();
  for (const start of Object.keys(tasks)) {
    const trail: { name: string; rest: string[] }[] = [{ name: start, rest: dependenciesOf(tasks, start) }];
    const onTrail = new Set([start]);
    while (trail.length > 0) {
      const top = trail.at(-1);
      const next = top?.rest.shift();
      if (top === undefined || next === undefined) {
        trail.pop();
        if (top !== undefined) {
          done.add(top.name);
          onTrail.delete(top.name);
        }
      } else if (onTrail.has(next)) {
        const names = trail.map((step) => step.name);
        return [...names.slice(names.indexOf(next)), next];
      } else if (!done.has(next)) {
        trail.push({ name: next, rest: dependenciesOf(tasks, next) });
        onTrail.add(next);
      }
    }
  }
  return undefined;
}

function dependenciesOf(tasks: Readonly<Record<string, Pick<Task, "depends_on">>>, name: string): string[] {
  return Object.keys(tasks[name]?.depends_on ?? {});
}
