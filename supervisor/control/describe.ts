import type { Task } from "../config/task/task.ts";
import { findBlocker } from "../core/dependencies.ts";
import { countFailures, describeFailures, type FailureCount } from "../core/failure-count.ts";
import type { Instance } from "../core/instance.ts";
import { isSuccess } from "../core/restart.ts";
import type { InstanceStatus, Off, SupervisorStatus } from "../protocol/status.ts";
import type { Entry } from "../runtime/entry.ts";
import { steadyNow, toClockTime } from "../runtime/steady-clock.ts";
import type { Supervisor } from "../runtime/supervisor.ts";
import { findOverdueEntry } from "./job-routes.ts";
import type { Running } from "./running.ts";

/** A service that nothing checks must have run for so long without an end before it counts as up (s). */
const settlingTime = 3;

/** What the supervisor and these of its instances are doing now. */
export function describeSupervisor(
  running: Running,
  version: string,
  entries: readonly Entry[],
): SupervisorStatus {
  const { supervisor } = running;
  return {
    version,
    pid: process.pid,
    started_at: supervisor.startedAt.toISOString(),
    config_file: supervisor.plan.file,
    instances: entries.map((entry) => describeInstance(running, entry)),
  };
}

/** What one instance is doing now. */
export function describeInstance(running: Running, entry: Entry): InstanceStatus {
  const { supervisor, jobs } = running;
  const { spec, instance } = entry;
  const { settings } = spec;
  const now = steadyNow();
  const isUp = instance.pid !== null && instance.startedAt !== null;
  // How the process before this one ended says nothing of a service that is up.
  const exit = settings.kind === "service" && instance.pid !== null ? null : instance.exit;
  const counted = countFailures(instance, settings, now);
  const overdue = findOverdueEntry(running, entry);
  return {
    name: spec.name,
    task: spec.task,
    instance: spec.index,
    kind: settings.kind,
    state: instance.state,
    pid: instance.pid,
    started_at: isUp ? new Date(toClockTime(instance.startedAt ?? 0)).toISOString() : null,
    uptime_seconds: isUp ? Math.max(0, Math.round((now - (instance.startedAt ?? 0)) / 1_000)) : null,
    restarts: instance.restarts,
    exit_code: exit?.code ?? null,
    exit_signal: instance.exit?.signal ?? null,
    success: exit === null ? null : isSuccess(exit, settings),
    next_run: instance.wanted ? (jobs.nextStart(entry)?.toISOString() ?? null) : null,
    health: instance.health,
    reason: overdue ?? explain(supervisor, entry) ?? explainRestart(instance, counted),
    off: findOff(supervisor, entry),
    failures: counted.failures,
    recent_failures: counted.recentFailures,
    settling_seconds: findSettlingTime(settings),
    overdue: overdue !== null,
  };
}

function explain(supervisor: Supervisor, { spec, instance }: Entry): string | null {
  if (instance.state === "stopped") return spec.offReason ?? instance.reason;
  if (instance.state === "waiting" && spec.settings.kind !== "job") {
    return findBlocker(spec.settings, supervisor.entries.ofTask);
  }
  return instance.reason;
}

/** What is behind an instance that is up again, until its own check says that it is well. */
function explainRestart(instance: Instance, counted: FailureCount): string | null {
  return instance.pid === null || instance.health === "healthy" ? null : describeFailures(instance, counted);
}

function findOff(supervisor: Supervisor, { spec, instance }: Entry): Off | null {
  if (spec.offReason !== null) return "environment";
  if (instance.wanted) return null;
  if (!spec.settings.autostart) return "autostart";
  return supervisor.hasBegun && !supervisor.isClosing ? "by_hand" : null;
}

/** A start period below the default says that less is enough. */
function findSettlingTime({ healthcheck, readiness, start_period: startPeriod }: Task): number {
  if (healthcheck !== undefined || readiness !== undefined) return 0;
  return startPeriod < 1_000 ? 0 : settlingTime;
}
