import { UserError } from "../../shared/user-error.ts";
import type { ActionRequest, RestartRequest, RunRequest, SignalRequest } from "../protocol/request.ts";
import type { Entry } from "../runtime/entry.ts";
import { sendSignal } from "../runtime/process/process-group.ts";
import { stopInOrder } from "../runtime/stop-order.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import { matchEntries } from "./match.ts";
import { restartAndProve } from "./rolling-restart.ts";
import { hasStarted, waitUntil } from "./wait-until.ts";

/** Starts instances and, if asked, waits until each runs, has failed, or waits for something itself. */
export async function startTasks(supervisor: Supervisor, { names, wait }: ActionRequest): Promise<Entry[]> {
  const entries = selectEntries(supervisor, names);
  requireOpen(supervisor, "start", names);
  for (const entry of entries) requireEnvironment(entry);
  for (const entry of entries) supervisor.start(entry);
  if (wait) await waitUntil(supervisor, entries, hasStarted);
  return entries;
}

/** Stops instances, dependants first, and, if asked, waits until no process of theirs is left. */
export async function stopTasks(supervisor: Supervisor, { names, wait }: ActionRequest): Promise<Entry[]> {
  const entries = selectEntries(supervisor, names);
  const stopped = stopInOrder(supervisor, entries);
  if (wait) await stopped;
  return entries;
}

/** Stops and starts instances; those that are down are started. */
export async function restartTasks(
  supervisor: Supervisor,
  { names, wait, rolling }: RestartRequest,
): Promise<Entry[]> {
  const entries = selectEntries(supervisor, names);
  requireOpen(supervisor, "restart", names);
  for (const entry of entries) requireEnvironment(entry);
  if (rolling) {
    for (const entry of entries) await restartAndProve(supervisor, entry, "restart");
    return entries;
  }
  await restartInOrder(supervisor, entries, wait);
  if (wait) await waitUntil(supervisor, entries, hasStarted);
  return entries;
}

/** Where some of them depend on others, all stop before the first starts again: otherwise each restarts by itself. */
async function restartInOrder(
  supervisor: Supervisor,
  entries: readonly Entry[],
  wait: boolean,
): Promise<void> {
  const tasks = new Set(entries.map(({ spec }) => spec.task));
  const areRelated = entries.some(({ spec }) =>
    Object.keys(spec.settings.depends_on).some((name) => tasks.has(name)),
  );
  const restart = (): void => {
    for (const entry of entries) supervisor.dispatch(entry, { type: "restart" });
  };
  if (!areRelated) return restart();
  const restarted = stopInOrder(supervisor, entries).then(restart);
  if (wait) await restarted;
}

/** Sends a signal to the main processes of instances. */
export function signalTasks(supervisor: Supervisor, { names, signal }: SignalRequest): Entry[] {
  const entries = selectEntries(supervisor, names);
  const running = entries.filter(({ instance }) => instance.pid !== null);
  if (running.length === 0)
    throw new UserError("not_running", `cannot signal ${names.join(", ")}: not running`);
  for (const { instance } of running) if (instance.pid !== null) sendSignal(instance.pid, signal);
  return running;
}

/** Runs a oneshot once, now; with `wait` it resolves when that run has ended. */
export async function runTask(supervisor: Supervisor, { name, wait }: RunRequest): Promise<Entry> {
  const [entry, ...more] = selectEntries(supervisor, [name]);
  if (entry === undefined || more.length > 0) {
    throw new UserError("ambiguous", `cannot run ${name}: it means several instances`);
  }
  if (entry.spec.settings.kind === "service") {
    throw new UserError("not_a_job", `cannot run ${name}: it is a service`, {
      hint: `longshorectl start ${name}`,
    });
  }
  requireOpen(supervisor, "run", [name]);
  requireEnvironment(entry);
  const { generation, pid } = entry.instance;
  if (pid !== null) {
    throw new UserError("already_running", `cannot run ${name}: it is running already (pid ${pid})`);
  }
  supervisor.dispatch(entry, { type: "run" });
  if (wait) {
    await waitUntil(
      supervisor,
      [entry],
      (now) => now.generation > generation && now.pid === null && now.state !== "stopping",
    );
  }
  return entry;
}

/** The instances that names mean, all of them when there is no name. @throws UserError when a name means nothing */
export function selectEntries(supervisor: Supervisor, names: readonly string[]): Entry[] {
  return matchEntries([...supervisor.entries.all], names.length === 0 ? ["all"] : names);
}

function requireOpen({ isClosing }: Supervisor, verb: string, names: readonly string[]): void {
  if (!isClosing) return;
  throw new UserError("shutting_down", `cannot ${verb} ${names.join(", ")}: longshored is shutting down`);
}

function requireEnvironment({ spec }: Entry): void {
  if (spec.offReason === null) return;
  const hint = "set it in the task's environment or env_file, then: longshorectl reload";
  throw new UserError("task_off", `cannot start ${spec.name}: ${spec.offReason}`, { hint });
}
