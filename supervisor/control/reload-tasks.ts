import { UserError } from "../../shared/user-error.ts";
import type { Entry } from "../runtime/entry.ts";
import { sendSignal } from "../runtime/process/process-group.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import { selectEntries } from "./operations.ts";

/**
 * Has tasks read their own configuration again, as each of them wants to be told.
 * @throws UserError when one cannot be told, or its reload command fails; the others are told all the same
 */
export async function reloadTasks(supervisor: Supervisor, names: readonly string[]): Promise<Entry[]> {
  const entries = selectEntries(supervisor, names);
  const problems = await Promise.all(entries.map((entry) => reloadTask(supervisor, entry)));
  const first = problems.find((problem) => problem !== undefined);
  if (first !== undefined) throw first;
  return entries;
}

async function reloadTask(supervisor: Supervisor, entry: Entry): Promise<UserError | undefined> {
  const { name, settings } = entry.spec;
  const { pid } = entry.instance;
  if (settings.reload_signal === undefined && settings.reload_command === undefined) {
    const hint = "give it a reload_signal or a reload_command";
    return new UserError("no_reload", `cannot reload ${name}: it has no way to be told`, { hint });
  }
  if (pid === null)
    return new UserError("not_running", `cannot reload ${name}: it is ${entry.instance.state}`);
  if (settings.reload_signal !== undefined) {
    sendSignal(pid, settings.reload_signal);
    return undefined;
  }
  const problem = await supervisor.runCommand(entry, "reload_command");
  return problem === null
    ? undefined
    : new UserError("reload_failed", `cannot reload ${name}: its reload_command failed: ${problem}`);
}
