import { loadStack } from "../stack/stack.ts";
import { formatStatus } from "../status/format-status.ts";
import type { HostStatus } from "../status/host-status.ts";
import { readStatus } from "../status/read-status.ts";
import { visibleValues } from "../ui/visible-values.ts";
import type { FleetOptions } from "./options/options.ts";
import { printJson, type Session, withSession } from "./session.ts";

/** `longshore status`. Returns the exit code: 1 where a host cannot be asked or something does not run as it should. */
export function statusCommand(options: FleetOptions & { stack?: string }): Promise<number> {
  return withSession("status", options, async (session) => {
    const name = options.stack === undefined ? undefined : (await loadStack(options.stack)).name;
    return showStatus(session, name);
  });
}

export async function showStatus(
  { hosts, connections, options, say }: Session,
  stack: string | undefined,
): Promise<number> {
  const status = await readStatus(hosts, connections, stack, options.forks);
  if (options.json) printJson({ hosts: status });
  else say(formatStatus(visibleValues(status), new Date()));
  return status.every(isGood) ? 0 : 1;
}

function isGood({ status }: HostStatus): boolean {
  return status === "ok" || status === "empty";
}
