import type { SignalName } from "../../../config/task/signal-name.ts";
import type { Entry } from "../../entry.ts";

/** Knows every process of an instance's present run. */
export interface Leftovers {
  /** Signals all of them. */
  signal(entry: Entry, signal: SignalName): void;
  /** Whether one of them is alive, now that the main process has ended. */
  anyAlive(entry: Entry): boolean;
}
