import { formatDuration } from "../config/duration.ts";
import type { Task } from "../config/task.ts";
import type { Effect, Event } from "./event.ts";
import { describeExit, type Exit, type Instance } from "./instance.ts";
import { backoffDelay, wantsRestart } from "./restart.ts";
import { listStopSteps, stopStepAt } from "./stop-steps.ts";

/** An instance after an event, and what there is to do about it. */
export interface Transition {
  readonly instance: Instance;
  readonly effects: readonly Effect[];
}

type EventOf<T extends Event["type"]> = Extract<Event, { type: T }>;
/** What a shell reports of a command that it cannot run. */
const cannotRun: Exit = { code: 127, signal: null };

/**
 * The life of an instance: the one place that decides what follows from what. An event that means nothing in the
 * present state, or belongs to an earlier process, changes nothing.
 */
export function transition(before: Instance, event: Event, task: Task): Transition {
  if ("generation" in event && event.generation !== before.generation) return stay(before);
  const after = step(before, event, task);
  const leftItsTimer =
    after.instance.state !== before.state && !after.effects.some((effect) => effect.type === "arm");
  return leftItsTimer ? { ...after, effects: [...after.effects, { type: "disarm" }] } : after;
}

function step(instance: Instance, event: Event, task: Task): Transition {
  switch (instance.state) {
    case "stopped":
    case "exited":
    case "fatal":
      return whenDown(instance, event, task);
    case "waiting":
      return whenWaiting(instance, event, task);
    case "starting":
    case "running":
      return whenUp(instance, event, task);
    case "backoff":
      return whenBackoff(instance, event, task);
    case "stopping":
      return whenStopping(instance, event, task);
  }
}

function whenDown(instance: Instance, event: Event, task: Task): Transition {
  switch (event.type) {
    case "start":
    case "restart":
      return begin({ ...instance, wanted: true }, task);
    case "run":
      return spawn(instance);
    case "stop":
      return stay({ ...instance, state: "stopped", wanted: false, reason: null });
    default:
      return stay(instance);
  }
}

/** A job between two runs, or a task whose dependencies are not there yet. */
function whenWaiting(instance: Instance, event: Event, task: Task): Transition {
  switch (event.type) {
    case "run":
      return spawn(instance);
    case "released":
      return task.kind === "job" ? stay(instance) : spawn(instance);
    case "stop":
      return stay({ ...instance, state: "stopped", wanted: false, reason: null });
    default:
      return stay(instance);
  }
}

function whenUp(instance: Instance, event: Event, task: Task): Transition {
  switch (event.type) {
    case "spawned":
      return spawned(instance, event, task);
    case "spawn_failed":
      return judge({ ...instance, exit: cannotRun }, "starting", event.at, task, event.reason);
    case "timer":
      if (instance.state === "starting")
        return stay({ ...instance, state: "running", failedStarts: 0, reason: null });
      return stay(instance);
    case "exited":
      return endedByItself(instance, event, task);
    case "stop":
      return beginStop({ ...instance, wanted: false, afterStop: "stay", reason: null }, task);
    case "restart":
      return beginStop({ ...instance, wanted: true, afterStop: "start", reason: null }, task);
    case "health":
      return healthChanged(instance, event, task);
    case "start":
      return stay({ ...instance, wanted: true });
    default:
      return stay(instance);
  }
}

function whenBackoff(instance: Instance, event: Event, task: Task): Transition {
  switch (event.type) {
    case "timer":
      return spawn({ ...instance, restarts: instance.restarts + 1 });
    case "start":
    case "restart":
    case "run":
      return begin(instance, task);
    case "stop":
      return stay({ ...instance, state: "stopped", wanted: false, reason: null });
    default:
      return stay(instance);
  }
}

function whenStopping(instance: Instance, event: Event, task: Task): Transition {
  switch (event.type) {
    case "exited": {
      const ended: Instance = { ...instance, pid: null, exit: event.exit };
      return event.groupEmpty
        ? finishStop(ended, event.at, task)
        : { instance: ended, effects: [{ type: "watch_group" }] };
    }
    case "emptied":
      return finishStop(instance, event.at, task);
    case "timer":
      return takeStopStep(instance, task);
    case "hasten":
      return takeStopStep({ ...instance, stopStep: Number.MAX_SAFE_INTEGER }, task);
    case "stop":
      return stay({ ...instance, wanted: false, afterStop: "stay" });
    case "start":
    case "restart":
      return stay({ ...instance, wanted: true, afterStop: "start" });
    default:
      return stay(instance);
  }
}

/** A fresh start: earlier failures are forgotten. */
function begin(instance: Instance, task: Task): Transition {
  const fresh: Instance = { ...instance, failedStarts: 0, failures: 0, reason: null };
  if (task.kind === "job") return stay({ ...fresh, state: "waiting" });
  if (Object.keys(task.depends_on).length === 0) return spawn(fresh);
  return { instance: { ...fresh, state: "waiting" }, effects: [{ type: "await_dependencies" }] };
}

function spawn(instance: Instance): Transition {
  const generation = instance.generation + 1;
  return {
    instance: {
      ...instance,
      state: "starting",
      health: "none",
      generation,
      pid: null,
      stopStep: 0,
      reason: null,
    },
    effects: [{ type: "spawn", generation }],
  };
}

/** What has no start period (a job, a oneshot, a service that wants none) is running at once. */
function spawned(instance: Instance, event: EventOf<"spawned">, task: Task): Transition {
  const isUp = task.kind !== "service" || task.start_period === 0;
  const effects: Effect[] = [];
  if (!isUp) effects.push({ type: "arm", milliseconds: task.start_period, jitter: 0 });
  if (task.healthcheck !== undefined) effects.push({ type: "start_probes" });
  return {
    instance: {
      ...instance,
      state: isUp ? "running" : "starting",
      health: task.healthcheck === undefined ? "none" : "starting",
      pid: event.pid,
      startedAt: event.at,
    },
    effects,
  };
}

/** The main process ended unasked. What it left in its group ends before anything else happens. */
function endedByItself(instance: Instance, event: EventOf<"exited">, task: Task): Transition {
  const during = instance.state === "starting" ? "starting" : "running";
  const ended: Instance = { ...instance, pid: null, health: "none", exit: event.exit };
  if (event.groupEmpty) return withoutProbes(judge(ended, during, event.at, task), task);
  return withoutProbes(
    {
      instance: {
        ...ended,
        state: "stopping",
        afterStop: during === "starting" ? "judge-starting" : "judge-running",
        reason: "its process group is still there",
      },
      effects: [
        { type: "signal", signal: "SIGKILL" },
        { type: "watch_group" },
        { type: "arm", milliseconds: stopStepAt([], 0).wait, jitter: 0 },
      ],
    },
    task,
  );
}

/** What the restart policy makes of a process that ended by itself. */
function judge(
  instance: Instance,
  during: "starting" | "running",
  at: number,
  task: Task,
  reason = describeExit(instance.exit ?? cannotRun),
): Transition {
  const exit = instance.exit ?? cannotRun;
  if (wantsRestart(exit, task)) return afterFailure(instance, during, at, reason, task);
  return stay({ ...instance, state: stateAfterEnd(instance, task), reason });
}

function stateAfterEnd(instance: Instance, task: Task): Instance["state"] {
  if (task.kind !== "job") return "exited";
  return instance.wanted ? "waiting" : "stopped";
}

/**
 * A restart after an end. The first end after a stable time is followed by a start at once; a failed start, or
 * the next end that comes too soon, waits longer and longer. Too many failed starts in a row are fatal.
 */
function afterFailure(
  instance: Instance,
  during: "starting" | "running",
  at: number,
  reason: string,
  task: Task,
): Transition {
  const { backoff } = task;
  const lasted = instance.startedAt === null ? 0 : at - instance.startedAt;
  const wasStable = during === "running" && lasted >= backoff.reset;
  const failures = wasStable ? 0 : instance.failures;
  const failedStarts = during === "starting" ? instance.failedStarts + 1 : 0;
  const next: Instance = { ...instance, failures: failures + 1, failedStarts, health: "none" };
  if (failedStarts > task.start_retries) {
    const times = failedStarts === 1 ? "1 failed start" : `${failedStarts} failed starts`;
    return stay({ ...next, state: "fatal", reason: `${times}, the last: ${reason}` });
  }
  const isFirst = during === "running" && failures === 0;
  const delay = isFirst ? 0 : backoffDelay(during === "running" ? failures : failures + 1, backoff);
  if (delay === 0) return spawn({ ...next, restarts: next.restarts + 1 });
  return {
    instance: { ...next, state: "backoff", reason: `${reason}; next try within ${formatDuration(delay)}` },
    effects: [{ type: "arm", milliseconds: delay, jitter: backoff.jitter }],
  };
}

function healthChanged(instance: Instance, event: EventOf<"health">, task: Task): Transition {
  // What answers well has started, however young it is.
  if (event.healthy) {
    return stay({ ...instance, state: "running", health: "healthy", failedStarts: 0, reason: null });
  }
  const sick: Instance = { ...instance, health: "unhealthy", reason: event.reason };
  switch (task.healthcheck?.on_failure) {
    case "restart":
      return beginStop({ ...sick, afterStop: "retry" }, task);
    case "shutdown":
      return { instance: sick, effects: [{ type: "shutdown", reason: event.reason }] };
    default:
      return stay(sick);
  }
}

function beginStop(instance: Instance, task: Task): Transition {
  return withoutProbes(takeStopStep({ ...instance, state: "stopping", stopStep: 0 }, task), task);
}

function takeStopStep(instance: Instance, task: Task): Transition {
  const { signal, wait } = stopStepAt(listStopSteps(task), instance.stopStep);
  return {
    instance: { ...instance, stopStep: instance.stopStep + 1 },
    effects: [
      { type: "signal", signal },
      { type: "arm", milliseconds: wait, jitter: 0 },
    ],
  };
}

function finishStop(instance: Instance, at: number, task: Task): Transition {
  const ended: Instance = { ...instance, health: "none" };
  switch (instance.afterStop) {
    case "stay":
      return stay({ ...ended, state: "stopped" });
    case "start":
      return begin(ended, task);
    case "retry":
      return afterFailure(ended, "running", at, instance.reason ?? "unhealthy", task);
    case "judge-starting":
      return judge(ended, "starting", at, task);
    case "judge-running":
      return judge(ended, "running", at, task);
  }
}

function withoutProbes(after: Transition, task: Task): Transition {
  if (task.healthcheck === undefined) return after;
  return { ...after, effects: [{ type: "stop_probes" }, ...after.effects] };
}

function stay(instance: Instance): Transition {
  return { instance, effects: [] };
}
