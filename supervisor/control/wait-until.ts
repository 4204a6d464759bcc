import type { Instance } from "../core/instance.ts";
import type { Entry } from "../runtime/entry.ts";
import type { Supervisor } from "../runtime/supervisor.ts";

/** Whether an instance is up, has failed, or waits for something. */
export function hasStarted(instance: Pick<Instance, "state">): boolean {
  return instance.state !== "starting" && instance.state !== "stopping";
}

/** Resolves once the condition holds for all instances; one that was removed in the meantime counts as done. */
export function waitUntil(
  supervisor: Supervisor,
  entries: readonly Entry[],
  isDone: (instance: Instance) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!entries.every((entry) => entry.retired || isDone(entry.instance))) return;
      stopListening();
      resolve();
    };
    // After the change and all that follows from it at once: a state that is only passed through does not count.
    const stopListening = supervisor.onChange((entry) => {
      if (entries.includes(entry)) queueMicrotask(look);
    });
    queueMicrotask(look);
  });
}
