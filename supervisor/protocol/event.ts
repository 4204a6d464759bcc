import * as z from "zod";
import { EventKind } from "../config/notify.ts";

/** One thing that happened: a line of `GET /v1/events`, of the event log, and what a notify target is told. */
export const SupervisorEvent = z.object({
  time: z.iso.datetime(),
  event: EventKind,
  /** of the instance; null for what concerns the supervisor as a whole */
  name: z.string().nullable(),
  task: z.string().nullable(),
  pid: z.number().int().nullable(),
  exit_code: z.number().int().nullable(),
  exit_signal: z.string().nullable(),
  restarts: z.number().int(),
  reason: z.string().nullable(),
  /** the number of the run of a job that this is about */
  run: z.number().int().nullable(),
  /** of the machine or container */
  host: z.string(),
});
export type SupervisorEvent = z.infer<typeof SupervisorEvent>;
