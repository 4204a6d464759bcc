import type { InstanceSpec } from "../config/instance-spec.ts";
import type { Plan } from "../config/load.ts";
import { isActive } from "../core/instance.ts";
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
  retire(
    supervisor,
    diff.removed.flatMap(({ id }) => supervisor.fleet.find(id) ?? []),
  );
  for (const spec of [...diff.adjusted, ...diff.unchanged])
    withEntry(supervisor, spec.id, (entry) => adjust(supervisor, entry, spec));
  const restart = (entry: Entry): void => {
    if (rolling && isActive(entry.instance)) held.push(entry);
    else supervisor.dispatch(entry, { type: "restart" });
  };
  for (const spec of diff.changed)
    withEntry(supervisor, spec.id, (entry) => replace(supervisor, entry, spec, restart));
  const added = diff.added.map((spec) => comeBack(supervisor, spec) ?? supervisor.add(spec));
  supervisor.autostart(added);
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
function retire(supervisor: Supervisor, entries: readonly Entry[]): void {
  for (const entry of entries) entry.retired = true;
  for (const entry of entries) forgetAtEnd(supervisor, entry);
  // A run of a job that is no longer in the file is the last one, and goes on.
  void stopInOrder(
    supervisor,
    entries.filter(({ spec }) => spec.settings.kind !== "job"),
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
