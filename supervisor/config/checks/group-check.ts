import { suggestWord } from "../../../shared/suggest.ts";
import type { Groups } from "../task/job-settings.ts";
import type { Task } from "../task/task.ts";
import type { PlanProblem } from "./plan-problem.ts";

/** Finds limits of groups that no job is in: they limit nothing. */
export function checkGroups(groups: Groups, tasks: Readonly<Record<string, Task>>): PlanProblem[] {
  const members = Object.values(tasks).filter(({ group }) => group !== undefined);
  const ofJobs = members.flatMap(({ kind, group = "" }) => (kind === "job" ? [group] : []));
  return Object.keys(groups)
    .filter((name) => !ofJobs.includes(name))
    .map((name): PlanProblem => {
      const near = suggestWord(name, [...new Set(ofJobs)]);
      const hint = near === undefined ? `write group: ${name} in its jobs` : `did you mean "${near}"?`;
      const message = members.some(({ group }) => group === name)
        ? "has no effect: only tasks that are no jobs are in this group, and they do not wait for each other"
        : "has no effect: no job is in this group";
      return { path: ["groups", name], message, hint };
    });
}
