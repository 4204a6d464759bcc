import type { InstanceSpec } from "../config/instance-spec.ts";
import type { Condition } from "../config/task/dependency.ts";
import type { Task } from "../config/task/task.ts";
import { type Instance, isActive } from "./instance.ts";
import { isSuccess } from "./restart.ts";

/** An instance together with what it is an instance of. */
export interface EntryView {
  readonly spec: Pick<InstanceSpec, "task" | "name" | "offReason"> & {
    readonly settings: Pick<Task, "depends_on" | "kind" | "success_exit_codes" | "readiness">;
  };
  readonly instance: Instance;
}

/**
 * What a task still waits for, in words, or null when all of its dependencies are there.
 * @param entriesOf the instances of a task, by the task's name
 */
export function findBlocker(
  task: Pick<Task, "depends_on">,
  entriesOf: (taskName: string) => readonly EntryView[],
): string | null {
  for (const [name, { condition }] of Object.entries(task.depends_on)) {
    const late = entriesOf(name).find((entry) => !fulfils(entry, condition));
    if (late !== undefined) return `waits for ${late.spec.name}: ${describeWait(late, condition)}`;
  }
  return null;
}

function fulfils({ spec, instance }: EntryView, condition: Condition): boolean {
  switch (condition) {
    case "started":
      if (spec.settings.kind === "job") return true;
      return instance.state === "starting" || instance.state === "running" || instance.state === "exited";
    case "healthy":
      if (instance.health === "none" && spec.settings.readiness !== undefined)
        return instance.state === "running";
      return instance.health === "healthy";
    case "completed_successfully":
      return !isActive(instance) && instance.exit !== null && isSuccess(instance.exit, spec.settings);
  }
}

function describeWait({ spec, instance }: EntryView, condition: Condition): string {
  const words = { started: "started", healthy: "healthy", completed_successfully: "completed" };
  return `not ${words[condition]} yet (${spec.offReason ?? instance.state})`;
}

/** Whether something is left to stop: a process, or the intention to start one. */
export function isAlive(instance: Instance): boolean {
  return isActive(instance) || instance.state === "backoff" || instance.state === "waiting";
}

/**
 * The entries that a shutdown may stop now: those that are alive and that no other living task depends on.
 * Asked again after each end, it takes the tasks down in reverse order of their dependencies, in parallel where it can.
 */
export function listStoppable<M extends EntryView>(entries: readonly M[]): M[] {
  const alive = entries.filter(({ instance }) => isAlive(instance));
  const needed = new Set(alive.flatMap(({ spec }) => Object.keys(spec.settings.depends_on)));
  return alive.filter(({ spec }) => !needed.has(spec.task));
}
