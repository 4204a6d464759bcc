import { planRemove } from "../deploy/remove.ts";
import { runHosts } from "../run/run-hosts.ts";
import { loadStack } from "../stack/stack.ts";
import type { StackOptions } from "./options.ts";
import { printJson, reportOutcomes, withSession } from "./session.ts";

/** `longshore down`: removes what deploy brought, and only that. Returns the exit code. */
export function downCommand(options: StackOptions & { volumes: boolean }): Promise<number> {
  return withSession(options, async (session) => {
    const { name } = await loadStack(options.stack);
    const { hosts, connections, display } = session;
    const outcomes = await runHosts(hosts, connections, () => planRemove(name, options), {
      display,
      forks: options.forks,
      check: options.check === true,
    });
    if (options.json) printJson({ hosts: outcomes });
    return reportOutcomes(session, outcomes);
  });
}
