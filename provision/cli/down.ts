import { runHosts } from "../fleet/run-hosts.ts";
import { planRemove } from "../rollout/remove.ts";
import { loadStack } from "../stack/stack.ts";
import { printErr } from "../ui/terminal.ts";
import { confirmRemoval, requireAnswer } from "./confirm-removal.ts";
import type { StackOptions } from "./options/options.ts";
import { printJson, reportOutcomes } from "./session/report.ts";
import { withSession } from "./session/session.ts";

/** `longshore down`: removes what deploy brought, and only that, once somebody has said so. Returns the exit code. */
export function downCommand(options: StackOptions & { volumes: boolean; yes: boolean }): Promise<number> {
  const mayAct = options.yes || options.check === true;
  return withSession("down", options, async (session) => {
    const { name: stack } = await loadStack(options.stack);
    if (!mayAct) requireAnswer(options.args);
    const { hosts, connections, run } = session;
    const planner = planRemove(stack, options);
    if (!mayAct) {
      const answer = await confirmRemoval(session, { stack, planner, volumes: options.volumes });
      if (answer === "no") {
        printErr("that is not the stack's name: nothing was removed\n");
        return 1;
      }
    }
    const outcomes = await runHosts(hosts, connections, () => planner, run);
    if (options.json) printJson({ hosts: outcomes }, options.json);
    return reportOutcomes(session, outcomes);
  });
}
