import type { InstanceSpec } from "../config/instance-spec.ts";
import type { Plan } from "../config/load.ts";
import { type Instance, isActive } from "../core/instance.ts";
import { diffPlans, type PlanDiff } from "../core/plan-diff.ts";
import { isAlive } from "../core/readiness.ts";
import type { Entry } from "./entry.ts";
import { stopInOrder } from "./stop-order.ts";
import type { Supervisor } from "./supervisor.ts";

/** What applying a plan would change of what runs now. */
export function diffRunning(supervisor: Supervisor, plan: Plan): PlanDiff {
  // Not of the plan before: one of its instances may still wait to be replaced.
  const running = supervisor.plan.specs.map((spec) => supervisor.fleet.find(spec.id)?.spec ?? spec);
  return diffPlans(running, plan.specs);
}

/** What was changed, and the instances that wait to be restarted one after the other. */
export interface AppliedPlan {
  readonly diff: PlanDiff;
  readonly held: readonly Entry[];
}

/**
 * Replaces the running plan by another, valid one: only what differs is touched.
 * @param rolling processes that are to be replaced are left to the caller
 */
export function applyPlan(supervisor: Supervisor, plan: Plan, rolling: boolean): AppliedPlan {
  const diff = diffRunning(supervisor, plan);
  const held: Entry[] = [];
  supervisor.plan = plan;
  const removed = diff.removed.flatMap(({ id }) => supervisor.fleet.find(id) ?? []);
  const left = retire(supervisor, removed);
  for (const spec of [...diff.adjusted, ...diff.unchanged])
    withEntry(supervisor, spec.id, (entry) => adjust(supervisor, entry, spec));
  const restart = (entry: Entry): void => {
    if (rolling && isActive(entry.instance)) held.push(entry);
    else supervisor.dispatch(entry, { type: "restart" });
  };
  for (const spec of diff.changed)
    withEntry(supervisor, spec.id, (entry) => replace(supervisor, entry, spec, restart));
  const added = diff.added.map((spec) => comeBack(supervisor, spec) ?? supervisor.add(spec));
  startAfter(supervisor, added, removed, left);
  supervisor.lookAgain();
  supervisor.jobs.update();
  return { diff, held };
}

function withEntry(supervisor: Supervisor, id: string, act: (entry: Entry) => void): void {
  const entry = supervisor.fleet.find(id);
  if (entry !== undefined) act(entry);
}

/** Has a process that goes on be treated as its new form says. */
function adjust(supervisor: Supervisor, entry: Entry, spec: InstanceSpec): void {
  const before = entry.spec.settings;
  entry.spec = spec;
  entry.nextSpec = null;
  entry.capture.adopt(spec);
  if (JSON.stringify(before.healthcheck) !== JSON.stringify(spec.settings.healthcheck))
    supervisor.dispatch(entry, { type: "recheck" });
  const isSwitchedOn = spec.settings.autostart && !before.autostart;
  if (isSwitchedOn && entry.instance.state === "stopped") supervisor.start(entry);
}

/** Stops instances for good, dependants first; each is forgotten when its last process has ended. */
function retire(supervisor: Supervisor, entries: readonly Entry[]): Promise<void> {
  for (const entry of entries) entry.retired = true;
  for (const entry of entries) forgetAtEnd(supervisor, entry);
  // A run of a job that is no longer in the file is the last one, and goes on.
  return stopInOrder(
    supervisor,
    entries.filter(({ spec }) => spec.settings.kind !== "job"),
  );
}

/**
 * Starts what was added once the processes of what was removed have ended: a task with a new name is another one, and needs
 * the port of the old one. What somebody starts or stops meanwhile is left as it is.
 */
function startAfter(
  supervisor: Supervisor,
  added: readonly Entry[],
  removed: readonly Entry[],
  left: Promise<void>,
): void {
  const stopping = removed.filter(({ spec, instance }) => isActive(instance) && spec.settings.kind !== "job");
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
  void left.then(() =>
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
  const entry = supervisor.fleet.find(spec.id);
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
  restart: (entry: Entry) => void,
): void {
  const wasOff = entry.spec.offReason !== null;
  const wasJob = entry.spec.settings.kind === "job";
  const isOff = spec.offReason !== null;
  if (isActive(entry.instance)) entry.nextSpec = spec;
  else entry.spec = spec;
  if (isOff) supervisor.dispatch(entry, { type: "stop" });
  else if (wasOff) supervisor.autostart([entry]);
  // A job that runs is let finish; its next run is of the new form.
  else if (entry.instance.wanted && !wasJob) restart(entry);
}
