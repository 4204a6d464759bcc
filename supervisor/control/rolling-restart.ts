import { UserError } from "../../shared/user-error.ts";
import type { Plan } from "../config/files/load.ts";
import type { Instance } from "../core/instance.ts";
import type { Entry } from "../runtime/entry.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import { hasStarted, waitUntil } from "./wait-until.ts";

/**
 * Restarts one instance and waits until it is up and, where that is checked, healthy.
 * @throws UserError when it does not get there
 */
export async function restartAndProve(
  supervisor: Supervisor,
  entry: Entry,
  purpose: "restart" | "reload",
): Promise<void> {
  const { generation } = entry.instance;
  supervisor.dispatch(entry, { type: "restart" });
  const isSettled = ({ state, health, generation: now }: Instance): boolean =>
    now > generation && hasStarted({ state }) && (state !== "running" || health !== "starting");
  await waitUntil(supervisor, [entry], isSettled);
  const { state, health, reason } = entry.instance;
  if (entry.retired || (state === "running" && health !== "unhealthy")) return;
  const why = reason === null ? "" : ` (${reason})`;
  throw new UserError(
    `${purpose}_failed`,
    `cannot go on with the ${purpose}: ${entry.spec.name} is ${state}${why}`,
    { hint: "the instances after it are as they were" },
  );
}

/**
 * Gives instances the new form that a plan has for them, one after the other.
 * @throws UserError when one does not come up, or the file was read again meanwhile; the rest keep their old form until the
 * next reload, or until they end
 */
export async function replaceInTurn(
  supervisor: Supervisor,
  plan: Plan,
  entries: readonly Entry[],
): Promise<void> {
  for (const entry of entries) {
    if (supervisor.plan !== plan)
      throw new UserError(
        "reload_failed",
        "cannot go on with the reload: tasks.yaml was read again meanwhile",
        { hint: "longshorectl reload --rolling replaces what still has its old form" },
      );
    // One that ended by itself has its new form already.
    if (entry.nextSpec !== null && !entry.retired) await restartAndProve(supervisor, entry, "reload");
  }
}
