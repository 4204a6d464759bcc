import * as z from "zod";
import { Duration } from "../../../shared/duration.ts";
import { Signal } from "./signal.ts";

/** One step of a staged stop: a signal to the whole process group, and how long it is given to work. */
export const StopStep = z.strictObject({ signal: Signal, wait: Duration });
export type StopStep = z.infer<typeof StopStep>;

/** So many restarts within so much time, and the task is given up as fatal. */
export const RestartLimit = z.strictObject({ max: z.int().min(1), within: Duration });
export type RestartLimit = z.infer<typeof RestartLimit>;
