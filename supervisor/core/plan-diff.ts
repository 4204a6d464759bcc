import type { InstanceSpec } from "../config/instance-spec.ts";

/** What a reload does to each instance. */
export interface PlanDiff {
  readonly added: readonly InstanceSpec[];
  readonly removed: readonly InstanceSpec[];
  /** the process would be another one: it is replaced */
  readonly changed: readonly InstanceSpec[];
  /** the process stays, and only what the supervisor does about it is new: a name, a policy, a check */
  readonly adjusted: readonly InstanceSpec[];
  readonly unchanged: readonly InstanceSpec[];
}

/** Compares two plans instance by instance; scaling a task leaves its other instances as they are. */
export function diffPlans(before: readonly InstanceSpec[], after: readonly InstanceSpec[]): PlanDiff {
  const old = new Map(before.map((spec) => [spec.id, spec]));
  const kept = new Set(after.map((spec) => spec.id));
  const verdicts = after.map((spec) => ({ spec, verdict: compare(old.get(spec.id), spec) }));
  const having = (verdict: Verdict) =>
    verdicts.filter((one) => one.verdict === verdict).map((one) => one.spec);
  return {
    added: having("added"),
    removed: before.filter((spec) => !kept.has(spec.id)),
    changed: having("changed"),
    adjusted: having("adjusted"),
    unchanged: having("unchanged"),
  };
}

type Verdict = "added" | "changed" | "adjusted" | "unchanged";

function compare(before: InstanceSpec | undefined, after: InstanceSpec): Verdict {
  if (before === undefined) return "added";
  if (before.processHash !== after.processHash) return "changed";
  return JSON.stringify(before) === JSON.stringify(after) ? "unchanged" : "adjusted";
}
