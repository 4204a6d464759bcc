import { planRemove } from "../deploy/remove.ts";
import { runHosts } from "../run/run-hosts.ts";
import { loadStack } from "../stack/stack.ts";
import type { StackOptions } from "./options.ts";
import { printJson, reportOutcomes, withSession } from "./session.ts";

/** `longshore down`: removes what deploy brought, and only that. Returns the exit code. */
export function downCommand(options: StackOptions & { volumes: boolean }): Promise<number> {
  return withSession("down", options, async (session) => {
    const { name } = await loadStack(options.stack);
    const { hosts, connections, run } = session;
    const outcomes = await runHosts(hosts, connections, () => planRemove(name, options), run);
    if (options.json) printJson({ hosts: outcomes }, options.json);
    return reportOutcomes(session, outcomes);
  });
}
