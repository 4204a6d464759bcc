import { formatDuration } from "../../shared/duration-text.ts";
import type { Task } from "../config/task/task.ts";
import { endOf, judgeEnd, retry } from "./after-end.ts";
import type { Effect, Event } from "./event.ts";
import { cannotRun, describeExit, type Instance } from "./instance.ts";
import { spawn, stay, type Transition } from "./move.ts";
import { killAction, stopActionAt } from "./stop-steps.ts";

type EventOf<T extends Event["type"]> = Extract<Event, { type: T }>;

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
      if (instance.state === "running") return stay(instance);
      return spawned(instance, event, task);
    case "spawn_failed":
      if (instance.state === "running") return stay(instance);
      return judgeEnd(
        { ...instance, exit: cannotRun },
        { during: "starting", at: event.at, reason: event.reason },
        task,
      );
    case "timer":
      return startTimeOver(instance, task);
    case "ready":
      return instance.state === "running" ? stay(instance) : stay(started(instance));
    case "condemned":
      return beginStop({ ...instance, afterStop: "retry", reason: event.reason }, task);
    case "exited":
      return endedByItself(instance, event, task);
    case "stop":
      return beginStop({ ...instance, wanted: false, afterStop: "stay", reason: null }, task);
    case "restart":
      return beginStop({ ...instance, wanted: true, afterStop: "start", reason: null }, task);
    case "cancel":
      return beginStop({ ...instance, afterStop: "stay", reason: null }, task);
    case "health":
      return healthChanged(instance, event, task);
    case "recheck":
      return beginChecks(instance, task);
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
    case "stop_failed":
      // The signal that a task without a stop command gets; its grace period goes on.
      if (instance.pid === null || instance.stopStep !== 1) return stay(instance);
      return { instance, effects: [{ type: "signal", signal: task.stop_signal }] };
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
  const fresh: Instance = { ...instance, failedStarts: 0, failures: 0, lateFailures: [], reason: null };
  if (task.kind === "job") return stay({ ...fresh, state: "waiting" });
  if (Object.keys(task.depends_on).length === 0) return spawn(fresh);
  return { instance: { ...fresh, state: "waiting" }, effects: [{ type: "await_dependencies" }] };
}

/** What has no start period (a job, a oneshot, a service that wants none) is running at once. */
function spawned(instance: Instance, event: EventOf<"spawned">, task: Task): Transition {
  const patience = task.readiness?.timeout ?? task.start_period;
  const isUp = task.kind !== "service" || patience === 0;
  const effects: Effect[] = [];
  if (!isUp) effects.push({ type: "arm", milliseconds: patience, jitter: 0 });
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

/** It counts as up. A check may have failed before; then the reason for that stays. */
function started(instance: Instance): Instance {
  const reason = instance.health === "unhealthy" ? instance.reason : null;
  return { ...instance, state: "running", failedStarts: 0, reason };
}

/** A service that is to say itself when it is ready had this long to do so; any other one has lasted long enough. */
function startTimeOver(instance: Instance, task: Task): Transition {
  if (instance.state !== "starting") return stay(instance);
  if (task.readiness === undefined) return stay(started(instance));
  const reason = `not ready within ${formatDuration(task.readiness.timeout)}`;
  return beginStop({ ...instance, afterStop: "retry", reason }, task);
}

/** The main process ended unasked. What it left in its group ends before anything else happens. */
function endedByItself(instance: Instance, event: EventOf<"exited">, task: Task): Transition {
  const stoppedIn = instance.state === "starting" ? "starting" : "running";
  const ended: Instance = { ...instance, pid: null, health: "none", exit: event.exit };
  if (event.groupEmpty)
    return withoutProbes(judgeEnd(ended, endOf(ended, stoppedIn, event.at), task), instance);
  const stopping: Instance = {
    ...ended,
    state: "stopping",
    stoppedIn,
    afterStop: "judge",
    stopStep: Number.MAX_SAFE_INTEGER,
    reason: `${describeExit(event.exit)}; ending what it left behind`,
  };
  const killed = takeStopStep(stopping, task);
  return withoutProbes({ ...killed, effects: [...killed.effects, { type: "watch_group" }] }, instance);
}

function healthChanged(instance: Instance, event: EventOf<"health">, task: Task): Transition {
  // What answers well has started, however young it is.
  if (event.healthy) {
    return stay(started({ ...instance, health: "healthy" }));
  }
  const sick: Instance = { ...instance, health: "unhealthy", reason: event.reason };
  switch (task.healthcheck?.on_failure) {
    case "restart":
      return beginStop({ ...sick, afterStop: "retry" }, task);
    case "shutdown":
      return {
        instance: sick,
        effects: [{ type: "shutdown", reason: `unhealthy: ${event.reason}`, exitCode: 1 }],
      };
    default:
      return stay(sick);
  }
}

/** What an earlier check has found stands until the new one has found something else. */
function beginChecks(instance: Instance, task: Task): Transition {
  if (instance.pid === null) return stay(instance);
  if (task.healthcheck === undefined)
    return { instance: { ...instance, health: "none" }, effects: [{ type: "stop_probes" }] };
  const health = instance.health === "none" ? "starting" : instance.health;
  return { instance: { ...instance, health }, effects: [{ type: "start_probes" }] };
}

function beginStop(instance: Instance, task: Task): Transition {
  const stoppedIn = instance.state === "starting" ? "starting" : "running";
  return withoutProbes(
    takeStopStep({ ...instance, state: "stopping", stoppedIn, stopStep: 0 }, task),
    instance,
  );
}

function takeStopStep(instance: Instance, task: Task): Transition {
  // The pid is gone when the main process has ended: what is left of its group is beyond a stop command.
  const wanted = stopActionAt(task, instance.stopStep);
  const action = wanted.type === "command" && instance.pid === null ? killAction : wanted;
  return {
    instance: { ...instance, stopStep: Math.min(instance.stopStep + 1, Number.MAX_SAFE_INTEGER) },
    effects: [
      action.type === "signal" ? { type: "signal", signal: action.signal } : { type: "run_stop_command" },
      { type: "arm", milliseconds: action.wait, jitter: 0 },
    ],
  };
}

function finishStop(instance: Instance, at: number, task: Task): Transition {
  const ended: Instance = { ...instance, health: "none" };
  switch (instance.afterStop) {
    case "stay":
      return stay({ ...ended, state: instance.wanted && task.kind === "job" ? "waiting" : "stopped" });
    case "start":
      return begin(ended, task);
    case "retry": {
      const end = { during: instance.stoppedIn, at, reason: instance.reason ?? "unhealthy" };
      // The run of a job is over: what follows is for its `retries`.
      return task.kind === "job" ? judgeEnd(ended, end, task) : retry(ended, end, task, true);
    }
    case "judge":
      return judgeEnd(ended, endOf(ended, instance.stoppedIn, at), task);
  }
}

/** The checks end with the process, also those that the task does not have any more. */
function withoutProbes(after: Transition, before: Instance): Transition {
  if (before.health === "none") return after;
  return { ...after, effects: [{ type: "stop_probes" }, ...after.effects] };
}
