import { findBlocker } from "../core/readiness.ts";
import { isSuccess } from "../core/restart.ts";
import type { HealthReport } from "../protocol/request.ts";
import type { InstanceStatus, SupervisorStatus } from "../protocol/status.ts";
import type { Entry } from "../runtime/entry.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import { listOverdue } from "./job-routes.ts";

/** What the supervisor and these of its instances are doing now. */
export function describeSupervisor(
  supervisor: Supervisor,
  version: string,
  entries: readonly Entry[],
): SupervisorStatus {
  return {
    version,
    pid: process.pid,
    started_at: supervisor.startedAt.toISOString(),
    config_file: supervisor.plan.file,
    instances: entries.map((entry) => describeInstance(supervisor, entry)),
  };
}

/** What one instance is doing now. */
export function describeInstance(supervisor: Supervisor, entry: Entry): InstanceStatus {
  const { spec, instance } = entry;
  const isUp = instance.pid !== null && instance.startedAt !== null;
  return {
    name: spec.name,
    task: spec.task,
    instance: spec.index,
    kind: spec.settings.kind,
    state: instance.state,
    pid: instance.pid,
    started_at: isUp ? new Date(instance.startedAt ?? 0).toISOString() : null,
    uptime_seconds: isUp ? Math.max(0, Math.round((Date.now() - (instance.startedAt ?? 0)) / 1_000)) : null,
    restarts: instance.restarts,
    exit_code: instance.exit?.code ?? null,
    exit_signal: instance.exit?.signal ?? null,
    success: instance.exit === null ? null : isSuccess(instance.exit, spec.settings),
    next_run: instance.wanted ? (supervisor.jobs.nextStart(entry)?.toISOString() ?? null) : null,
    health: instance.health,
    reason: explain(supervisor, entry),
  };
}

function explain(supervisor: Supervisor, { spec, instance }: Entry): string | null {
  if (instance.state === "stopped") return spec.offReason ?? instance.reason;
  if (instance.state === "waiting" && spec.settings.kind !== "job") {
    return findBlocker(spec.settings, supervisor.fleet.membersOf);
  }
  return instance.reason;
}

/**
 * Whether all is well: everything that should be up is up and not unhealthy, and no oneshot has failed.
 * A job's failed run does not count, for it will run again; that a job is overdue is a degraded state.
 */
export function describeHealth(supervisor: Supervisor): HealthReport {
  const problems = [...supervisor.fleet.entries].flatMap((entry) => {
    const problem = findProblem(entry);
    const reason = problem === null ? null : explain(supervisor, entry);
    return problem === null
      ? []
      : [`${entry.spec.name} is ${problem}${reason === null ? "" : `: ${reason}`}`];
  });
  if (supervisor.isClosing) problems.push("longshored is shutting down");
  if (problems.length > 0) return { status: "failing", problems };
  const overdue = listOverdue(supervisor);
  return { status: overdue.length === 0 ? "ok" : "degraded", problems: overdue };
}

function findProblem({ spec, instance }: Entry): string | null {
  const { settings } = spec;
  if (settings.kind === "job" || !instance.wanted) return null;
  if (instance.state === "exited") {
    const isFine = instance.exit !== null && isSuccess(instance.exit, settings);
    return isFine ? null : "exited";
  }
  if (instance.state !== "running")
    return settings.kind === "oneshot" && instance.pid !== null ? null : instance.state;
  return instance.health === "none" || instance.health === "healthy" ? null : `${instance.health}`;
}
