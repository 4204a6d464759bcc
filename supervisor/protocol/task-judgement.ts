import type { InstanceStatus } from "./status.ts";

/** What an instance is found to be. */
export interface TaskJudgement {
  /** `waiting`: it is on its way, and nothing has gone wrong that would not pass; nobody knows yet how it ends */
  readonly verdict: "good" | "waiting" | "bad";
  /** what follows its name in a sentence: `was stopped by hand`, `is unhealthy: answered 500` */
  readonly words: string;
  /** nothing changes that by itself: it is as it is until somebody acts */
  readonly isFinal: boolean;
}

/** So many ends in a row, none after a stable time, are a crash loop: the first one may wait for a neighbour. */
const loopFrom = 2;
/** So many failures within five minutes are one, too, although each run had seemed to be stable. */
const flapFrom = 3;

/**
 * Whether an instance is as it should be: the one place that decides it, for `GET /health`, `GET /ready`, `longshorectl
 * health`, and the operator's status, deploy and drift. A job is good between its runs, whatever became of the last one,
 * for it runs again; it is bad when it is overdue or was stopped by hand.
 */
export function judgeTask(task: InstanceStatus): TaskJudgement {
  if (task.kind === "job") return judgeJob(task);
  switch (task.state) {
    case "stopped":
      return judgeStopped(task);
    case "stopping":
      return task.off === "by_hand" ? final("is being stopped by hand") : judgeRestart(task);
    case "exited":
      return judgeExited(task);
    case "fatal":
      return final(withReason(task, "is fatal"));
    case "waiting":
      return waiting(withReason(task, "is waiting"));
    case "backoff":
    case "starting":
      return judgeRestart(task);
    case "running":
      return judgeRunning(task);
  }
}

function judgeJob(task: InstanceStatus): TaskJudgement {
  if (task.off === "by_hand") return final("was stopped by hand and does not run until it is started");
  if (task.overdue) return { verdict: "bad", words: withReason(task, "is overdue"), isFinal: false };
  return good(task.state === "stopped" ? withReason(task, "is off") : `is ${task.state}`);
}

function judgeStopped(task: InstanceStatus): TaskJudgement {
  switch (task.off) {
    case "by_hand":
      return task.kind === "oneshot" && task.success === true
        ? good("has done its work")
        : final("was stopped by hand");
    case "autostart":
    case "environment":
      return good(withReason(task, "is off"));
    case null:
      return waiting("has not been started yet");
    case undefined:
      // A longshored of before this was told: of what it keeps off, it says why.
      return task.reason === null ? final("is stopped") : good(withReason(task, "is off"));
  }
}

function judgeExited(task: InstanceStatus): TaskJudgement {
  if (task.success === true) return good("has done its work");
  // Somebody ran it for once, and was told.
  if (task.off === "autostart")
    return good(withReason(task, "has failed, and is not meant to run by itself"));
  return final(withReason(task, "has failed"));
}

function judgeRunning(task: InstanceStatus): TaskJudgement {
  const trouble = findTrouble(task);
  if (trouble !== null) return trouble;
  if (task.kind === "oneshot") {
    // One that has succeeded before may be run again at any time.
    return task.success === true ? good("runs once more") : waiting("has not done its work yet");
  }
  if (task.health === "starting") return waiting("is starting: its healthcheck has not succeeded yet");
  const uptime = task.uptime_seconds ?? 0;
  if (task.health !== "healthy" && uptime < task.settling_seconds)
    return waiting(`is starting: it has run for ${uptime} s, and nothing checks it`);
  return good("is running");
}

/** It is on its way up, for the first time or once more. */
function judgeRestart(task: InstanceStatus): TaskJudgement {
  return findTrouble(task) ?? waiting(withReason(task, `is ${task.state}`));
}

function findTrouble(task: InstanceStatus): TaskJudgement | null {
  const { failures, recent_failures: recent } = task;
  if (failures >= loopFrom || recent >= flapFrom) {
    const count = failures >= loopFrom ? `${failures} ends in a row` : `${recent} failures within 5 minutes`;
    return { verdict: "bad", words: `is in a crash loop: ${task.reason ?? count}`, isFinal: false };
  }
  if (task.health === "unhealthy")
    return { verdict: "bad", words: withReason(task, "is unhealthy"), isFinal: false };
  return null;
}

function good(words: string): TaskJudgement {
  return { verdict: "good", words, isFinal: false };
}

function waiting(words: string): TaskJudgement {
  return { verdict: "waiting", words, isFinal: false };
}

function final(words: string): TaskJudgement {
  return { verdict: "bad", words, isFinal: true };
}

function withReason({ reason }: InstanceStatus, words: string): string {
  return reason === null ? words : `${words}: ${reason}`;
}
