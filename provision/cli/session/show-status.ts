import { formatStatus } from "../../status/format-status.ts";
import type { HostStatus } from "../../status/host-status.ts";
import { readStatus } from "../../status/read-status.ts";
import { visibleValues } from "../../ui/visible-values.ts";
import { printJson } from "./report.ts";
import type { Session } from "./session.ts";

/**
 * Prints what runs on the hosts.
 *
 * @param stack only this one; all of them by default
 * @returns the exit code: 1 where a host cannot be asked or something does not run as it should
 */
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
