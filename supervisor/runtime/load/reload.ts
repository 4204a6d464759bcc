import type { Plan } from "../../config/files/load.ts";
import type { InstanceSpec } from "../../config/instance-spec.ts";
import { isAlive } from "../../core/dependencies.ts";
import { type Instance, isActive } from "../../core/instance.ts";
import { diffPlans, type PlanDiff } from "../../core/plan-diff.ts";
import type { Entry } from "../entry.ts";
import { stopInOrder } from "../stop-order.ts";
import type { Supervisor } from "../supervisor.ts";

/** What applying a plan would change of what runs now. */
export function diffRunning(supervisor: Supervisor, plan: Plan): PlanDiff {
  // Not of the plan before: one of its instances may still wait to be replaced.
  const running = supervisor.plan.specs.map((spec) => supervisor.entries.find(spec.id)?.spec ?? spec);
  return diffPlans(running, plan.specs);
}

/** What was changed, and the instances that wait to be restarted one after the other. */
export interface AppliedPlan {
  readonly diff: PlanDiff;
  readonly held: readonly Entry[];
  /** resolves when what was removed has ended */
  readonly gone: Promise<void>;
}

/**
 * Replaces the running plan by another, valid one: only what differs is touched.
 * @param rolling processes that are to be replaced are left to the caller
 */
export function applyPlan(supervisor: Supervisor, plan: Plan, rolling: boolean): AppliedPlan {
  const diff = diffRunning(supervisor, plan);
  const held: Entry[] = [];
  supervisor.plan = plan;
  const removed = diff.removed.flatMap(({ id }) => supervisor.entries.find(id) ?? []);
  retire(supervisor, removed);
  const leaving = listLeaving(supervisor);
  const gone = whenGone(supervisor, leaving);
  const switchedOn: Entry[] = [];
  const start = (entry: Entry): void => void switchedOn.push(entry);
  for (const spec of [...diff.adjusted, ...diff.unchanged])
    withEntry(supervisor, spec.id, (entry) => adjust(supervisor, entry, spec, start));
  const changed: Entry[] = [];
  const restart = (entry: Entry): void => {
    if (rolling && isActive(entry.instance)) held.push(entry);
    else if (leaving.length > 0) changed.push(entry);
    else supervisor.dispatch(entry, { type: "restart" });
  };
  for (const spec of diff.changed)
    withEntry(supervisor, spec.id, (entry) => replace(supervisor, entry, spec, { start, restart }));
  restartAfter(supervisor, changed, gone);
  const added = diff.added.map((spec) => comeBack(supervisor, spec) ?? supervisor.add(spec));
  startAfter(supervisor, [...added, ...switchedOn], leaving, gone);
  supervisor.lookAgain();
  return { diff, held, gone };
}

/** What reloads have removed, this one or one before, and has not ended. A job's last run holds nobody up. */
function listLeaving({ entries }: Supervisor): Entry[] {
  return [...entries.all].filter(
    ({ retired, spec, instance }) => retired && spec.settings.kind !== "job" && isAlive(instance),
  );
}

/** Resolves when all of these have ended, or are wanted again. */
function whenGone(supervisor: Supervisor, leaving: readonly Entry[]): Promise<void> {
  const rest = new Set(leaving);
  return new Promise((resolve) => {
    const look = (): boolean => {
      for (const entry of rest) if (!entry.retired || !isAlive(entry.instance)) rest.delete(entry);
      return rest.size === 0;
    };
    if (look()) return resolve();
    const stopListening = supervisor.onChange(() => {
      if (!look()) return;
      stopListening();
      resolve();
    });
  });
}

/**
 * Restarts what was changed once the processes of what was removed have ended: it may take over their port. Until then it runs on in
 * its old form. What has the new one by then, or is to have another or none, is left as it is.
 */
function restartAfter(supervisor: Supervisor, changed: readonly Entry[], gone: Promise<void>): void {
  const wanted = changed.map((entry) => ({ entry, spec: entry.nextSpec ?? entry.spec }));
  void gone.then(() => {
    for (const { entry, spec } of wanted) {
      const isDue = entry.nextSpec === spec || (entry.spec === spec && !isActive(entry.instance));
      if (isDue && entry.instance.wanted) supervisor.dispatch(entry, { type: "restart" });
    }
  });
}

function withEntry(supervisor: Supervisor, id: string, act: (entry: Entry) => void): void {
  const entry = supervisor.entries.find(id);
  if (entry !== undefined) act(entry);
}

/** Has a process that goes on be treated as its new form says. */
function adjust(
  supervisor: Supervisor,
  entry: Entry,
  spec: InstanceSpec,
  start: (entry: Entry) => void,
): void {
  const before = entry.spec.settings;
  entry.spec = spec;
  entry.nextSpec = null;
  entry.capture.adopt(spec);
  if (JSON.stringify(before.healthcheck) !== JSON.stringify(spec.settings.healthcheck))
    supervisor.dispatch(entry, { type: "recheck" });
  const isSwitchedOn = spec.settings.autostart && !before.autostart;
  if (isSwitchedOn && entry.instance.state === "stopped") start(entry);
}

/** Stops instances for good, dependants first; each is forgotten when its last process has ended. */
function retire(supervisor: Supervisor, entries: readonly Entry[]): void {
  for (const entry of entries) entry.retired = true;
  for (const entry of entries) forgetAtEnd(supervisor, entry);
  // A run of a job that is no longer in the file is the last one, and goes on.
  void stopInOrder(
    supervisor,
    entries.filter(({ spec }) => spec.settings.kind !== "job"),
  );
}

/**
 * Starts what was added or switched on once the processes of what was removed have ended: a task with a new name is another one, and needs
 * the port of the old one. What somebody starts or stops meanwhile is left as it is.
 */
function startAfter(
  supervisor: Supervisor,
  added: readonly Entry[],
  leaving: readonly Entry[],
  gone: Promise<void>,
): void {
  const stopping = leaving.filter(({ instance }) => isActive(instance));
  const names = stopping.map(({ spec }) => spec.name).join(", ");
  const waiting = added.filter(
    ({ spec, instance }) => stopping.length > 0 && spec.settings.autostart && !isAlive(instance),
  );
  supervisor.autostart(added.filter((entry) => !waiting.includes(entry)));
  const untouched = waiting.map((entry) => {
    const instance: Instance = { ...entry.instance, reason: `starts when ${names} has ended` };
    entry.instance = instance;
    return { entry, instance };
  });
  void gone.then(() =>
    supervisor.autostart(
      untouched.flatMap(({ entry, instance }) => (entry.instance === instance ? [entry] : [])),
    ),
  );
}

function forgetAtEnd(supervisor: Supervisor, entry: Entry): void {
  const isJob = entry.spec.settings.kind === "job";
  const forget = (): boolean => {
    if (!entry.retired || (isJob ? isActive : isAlive)(entry.instance)) return false;
    supervisor.remove(entry);
    return true;
  };
  const stopListening = supervisor.onChange((changed) => {
    if (changed === entry && (!entry.retired || forget())) stopListening();
  });
  if (forget()) stopListening();
}

/** An instance that was being stopped for good is wanted again. */
function comeBack(supervisor: Supervisor, spec: InstanceSpec): Entry | undefined {
  const entry = supervisor.entries.find(spec.id);
  if (entry === undefined) return undefined;
  entry.retired = false;
  entry.nextSpec = spec;
  // It still waits for its turn to be stopped: it is replaced instead.
  if (entry.stopOrder !== undefined) supervisor.dispatch(entry, { type: "restart" });
  return entry;
}

/** Gives an instance a new form: at once when it has no process, with a restart when it has one. */
function replace(
  supervisor: Supervisor,
  entry: Entry,
  spec: InstanceSpec,
  { start, restart }: Readonly<Record<"start" | "restart", (entry: Entry) => void>>,
): void {
  const wasOff = entry.spec.offReason !== null;
  const { autostart } = entry.spec.settings;
  const isSwitchedOn = spec.settings.autostart && !autostart && entry.instance.state === "stopped";
  const wasJob = entry.spec.settings.kind === "job";
  const isOff = spec.offReason !== null;
  if (isActive(entry.instance)) entry.nextSpec = spec;
  else entry.spec = spec;
  if (isOff) supervisor.dispatch(entry, { type: "stop" });
  else if (wasOff || isSwitchedOn) start(entry);
  // A job that runs is let finish; its next run is of the new form.
  else if (entry.instance.wanted && !wasJob) restart(entry);
}
