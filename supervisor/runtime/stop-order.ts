import { isAlive, listStoppable } from "../core/dependencies.ts";
import type { Entry } from "./entry.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Stops instances, each when those of them that depend on it have ended, in parallel where the dependencies allow. One
 * that somebody starts, restarts or stops meanwhile is let be. Resolves when there is nobody left to wait for.
 */
export function stopInOrder(supervisor: Supervisor, entries: readonly Entry[]): Promise<void> {
  const order = {};
  const rest = new Set(entries);
  const told = new Set<Entry>();
  for (const entry of entries) entry.stopOrder = order;

  const tell = (entry: Entry): void => {
    told.add(entry);
    entry.stopOrder = undefined;
    supervisor.dispatch(entry, { type: "stop" });
  };
  const goOn = (): void => {
    for (const entry of rest) {
      const { instance } = entry;
      const isOver = told.has(entry) ? !isAlive(instance) || instance.wanted : entry.stopOrder !== order;
      if (isOver) rest.delete(entry);
      else if (!isAlive(instance) && !told.has(entry)) tell(entry);
    }
    for (const entry of listStoppable([...rest])) if (!told.has(entry)) tell(entry);
  };

  return new Promise((resolve) => {
    let isScheduled = false;
    const look = (): void => {
      isScheduled = false;
      goOn();
      if (rest.size > 0) return;
      stopListening();
      resolve();
    };
    // Many ends at once are one look.
    const schedule = (): void => {
      if (isScheduled) return;
      isScheduled = true;
      setImmediate(look);
    };
    const stopListening = supervisor.onChange((entry) => {
      if (rest.has(entry)) schedule();
    });
    look();
  });
}
