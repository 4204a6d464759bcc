import { loadStack } from "../stack/stack.ts";
import type { FleetOptions } from "./options/options.ts";
import { withSession } from "./session/session.ts";
import { showStatus } from "./session/show-status.ts";

/** `longshore status`. Returns the exit code: 1 where a host cannot be asked or something does not run as it should. */
export function statusCommand(options: FleetOptions & { stack?: string }): Promise<number> {
  return withSession("status", options, async (session) => {
    const name = options.stack === undefined ? undefined : (await loadStack(options.stack)).name;
    return showStatus(session, name);
  });
}
