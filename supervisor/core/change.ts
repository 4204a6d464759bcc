import type { EventKind } from "../config/notify.ts";
import type { Instance } from "./instance.ts";

const eventOfState: Partial<Record<Instance["state"], EventKind>> = {
  running: "running",
  exited: "exited",
  backoff: "backoff",
  fatal: "fatal",
  stopping: "stopping",
  stopped: "stopped",
};

/** What happened to an instance between two of its forms, in the order in which it happened. */
export function listEvents(before: Instance, after: Instance): EventKind[] {
  const events: EventKind[] = [];
  if (after.pid !== null && after.pid !== before.pid) events.push("started");
  const ofState = eventOfState[after.state];
  if (after.state !== before.state && ofState !== undefined) events.push(ofState);
  // A job that waits again, or a service that is started again at once, has ended all the same.
  const hasEnded = before.pid !== null && after.pid === null && after.state !== "stopping";
  if (hasEnded && ofState === undefined) events.push("exited");
  if (after.health !== before.health && (after.health === "healthy" || after.health === "unhealthy")) {
    events.push(after.health);
  }
  return events;
}
