import type { TaskJudgement } from "../../supervisor/protocol/task-judgement.ts";
import type { ContainerFacts } from "./container.ts";

/** What a container, a task or a service is found to be; the same three words for all of them. */
export type Judgement = TaskJudgement;

/** A container that nothing checks must have run for so long without a restart before it counts as up (s). */
const SETTLING_SECONDS = 5;
/** One whose lives were shorter than this in the mean must outlive that mean twice: it may end again as it did before (s). */
const SHORT_LIFE_SECONDS = 60;
/** So many restarts, and no life that lasted, are a loop: the first may have waited for a neighbour. */
const LOOP_FROM = 2;

/**
 * Whether a container is as it should be: the one place that decides it, for deploy, status, drift and the summary. Its
 * tasks are judged by themselves (`judgeTask`).
 *
 * @param now by the host's clock
 * @param mustStay it is no one-shot: it holds a supervisor
 */
export function judgeContainer(container: ContainerFacts, now: Date, mustStay = false): Judgement {
  const { state } = container;
  switch (state) {
    case "running":
      return judgeRunning(container, now);
    case "exited":
      return judgeExited(container, mustStay);
    case "restarting":
      return judgeRestarting(container);
    case "paused":
      return final("is paused");
    case "created":
      return final(`was created and never started${withError(container)}`);
    case "removing":
      return waiting("is being removed");
    default:
      return final(`is ${state}${withError(container)}`);
  }
}

function judgeRunning(container: ContainerFacts, now: Date): Judgement {
  const { health, restarts, healthOutput } = container;
  const uptime = secondsUp(container, now);
  const isSettled = uptime >= settlingSeconds(container);
  if (!isSettled && restarts >= LOOP_FROM) return endsAgain(container);
  if (health === "unhealthy")
    return { verdict: "bad", words: withOutput("is unhealthy", healthOutput), isFinal: false };
  if (health === "starting")
    return waiting(withOutput("is starting: its healthcheck has not succeeded yet", healthOutput));
  if (isSettled || (health === "healthy" && restarts === 0)) return good("is running");
  const why = restarts > 0 ? `since restart ${restarts}` : "and nothing checks it";
  return waiting(`is starting: it has run for ${Math.floor(uptime)} s, ${why}`);
}

function judgeExited(container: ContainerFacts, mustStay: boolean): Judgement {
  const { exitCode, outOfMemory, restartPolicy, serves } = container;
  const ended = outOfMemory
    ? `ended for lack of memory (code ${exitCode})`
    : `ended with code ${exitCode}${withError(container)}`;
  // The engine would have started it again by itself.
  if (restartPolicy === "always" || restartPolicy === "unless-stopped")
    return final(`was stopped (${ended})`);
  if (exitCode !== 0) return final(ended);
  if (mustStay || serves) return final(`${ended}, and it is meant to stay`);
  return good("is done");
}

function judgeRestarting(container: ContainerFacts): Judgement {
  if (container.restarts >= LOOP_FROM) return endsAgain(container);
  const words = `ended with code ${container.exitCode}${withError(container)} and is started again`;
  return { verdict: "bad", words, isFinal: false };
}

/** How long it must run until it counts as up (s). */
function settlingSeconds({ createdAt, startedAt, restarts }: ContainerFacts): number {
  const before = (Date.parse(startedAt) - Date.parse(createdAt)) / 1000;
  const mean = before / restarts;
  // No restarts, or no time: there is no mean.
  if (!Number.isFinite(mean) || mean >= SHORT_LIFE_SECONDS) return SETTLING_SECONDS;
  return Math.max(SETTLING_SECONDS, 2 * mean);
}

function endsAgain(container: ContainerFacts): Judgement {
  // While it runs, the engine says 0 of its last end.
  const code = container.state === "running" ? "" : `code ${container.exitCode}, `;
  const memory = container.outOfMemory ? "for lack of memory, " : "";
  return final(`ends again and again (${code}${memory}${container.restarts} restarts)`);
}

/** For how long a container has run, by the host's clock (s). */
export function secondsUp({ startedAt }: Pick<ContainerFacts, "startedAt">, now: Date): number {
  const seconds = (now.getTime() - Date.parse(startedAt)) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}

function withError({ error }: ContainerFacts): string {
  return error === "" ? "" : `: ${error}`;
}

function withOutput(words: string, output: string): string {
  const line = output.split("\n").at(-1)?.slice(0, 200) ?? "";
  return line === "" ? words : `${words} (${line})`;
}

function good(words: string): Judgement {
  return { verdict: "good", words, isFinal: false };
}

function waiting(words: string): Judgement {
  return { verdict: "waiting", words, isFinal: false };
}

function final(words: string): Judgement {
  return { verdict: "bad", words, isFinal: true };
}
