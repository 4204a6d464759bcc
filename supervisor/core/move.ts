import type { Effect } from "./event.ts";
import type { Instance } from "./instance.ts";

/** An instance after an event, and what there is to do about it. */
export interface Transition {
  readonly instance: Instance;
  readonly effects: readonly Effect[];
}

/** Nothing is to be done. */
export function stay(instance: Instance): Transition {
  return { instance, effects: [] };
}

/** The next process of an instance. */
export function spawn(instance: Instance): Transition {
  const generation = instance.generation + 1;
  return {
    instance: {
      ...instance,
      state: "starting",
      health: "none",
      generation,
      pid: null,
      stopStep: 0,
      reason: null,
    },
    effects: [{ type: "spawn", generation }],
  };
}
