import type { InventoryHost } from "../inventory/inventory.ts";
import type { Role } from "../stack/role.ts";
import { provisionHosts } from "../steps/provision-hosts.ts";
import type { FleetOptions } from "./options/options.ts";
import { printJson, reportOutcomes } from "./session/report.ts";
import { withSession } from "./session/session.ts";

/** `longshore provision`. Returns the exit code. */
export function provisionCommand(options: FleetOptions & { stack?: string }): Promise<number> {
  return withSession("provision", options, async (session) => {
    const outcomes = await provisionHosts(
      session,
      options.upgrade === true,
      await rolesOfStack(options.stack),
    );
    if (options.json) printJson({ hosts: outcomes }, options.json);
    return reportOutcomes(session, outcomes);
  });
}

/** The roles that a stack asks for; loaded only where there is one, as is all that reads YAML. */
async function rolesOfStack(
  folder: string | undefined,
): Promise<((host: InventoryHost) => readonly Role[]) | undefined> {
  if (folder === undefined) return undefined;
  const [{ loadStack }, { resolveSettings }] = await Promise.all([
    import("../stack/stack.ts"),
    import("../stack/settings.ts"),
  ]);
  const stack = await loadStack(folder);
  return (host) => resolveSettings(stack, host).roles;
}
