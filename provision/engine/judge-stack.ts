import type { InstanceStatus } from "../../supervisor/protocol/status.ts";
import { judgeTask } from "../../supervisor/protocol/task-judgement.ts";
import type { WantedService, WantedServices } from "./compose/wanted.ts";
import type { ContainerFacts } from "./container.ts";
import { type Judgement, judgeContainer, secondsUp } from "./judge-container.ts";
import type { EngineView } from "./look.ts";
import { describeArgv, isLongshored } from "./pid-one.ts";

/** What was found of one thing of a stack: a service, one of its containers, or a task of such. */
export interface Finding extends Judgement {
  kind: "service" | "container" | "supervisor" | "task";
  service: string;
  /** a task's, or an instance's: `worker_2` */
  task?: InstanceStatus;
  container?: ContainerFacts;
}

/** A supervisor that has just been started may be silent for so long (s). */
const SUPERVISOR_SECONDS = 10;

/**
 * Whether a stack is as it should be: every service has its containers, each of them is good, and so is each of its tasks.
 * Returns only what is not good, so an empty list means that all is well. Pure.
 *
 * @param wanted what the release wants; undefined where it is not known, and only what is there is judged
 */
export function judgeStack(wanted: WantedServices | undefined, { containers, now }: EngineView): Finding[] {
  const services = new Set([...Object.keys(wanted ?? {}), ...containers.map(({ service }) => service)]);
  return [...services].flatMap((service) =>
    judgeService(
      service,
      wanted,
      containers.filter((container) => container.service === service),
      now,
    ),
  );
}

function judgeService(
  service: string,
  wanted: WantedServices | undefined,
  containers: readonly ContainerFacts[],
  now: Date,
): Finding[] {
  const own = wanted?.[service];
  // What waits for a profile was started by somebody who looks after it.
  if (own?.replicas === null) return [];
  const findings = containers.flatMap((container) => judgeWithTasks(service, container, own, now));
  const words = wanted === undefined ? undefined : describeCount(own, containers);
  if (words === undefined) return findings;
  return [{ kind: "service", service, verdict: "bad", words, isFinal: true }, ...findings];
}

/** What is wrong with the number of a service's containers. */
function describeCount(
  own: WantedService | undefined,
  containers: readonly ContainerFacts[],
): string | undefined {
  const count = containers.length;
  if (own === undefined)
    return containers.some(({ isOurs }) => isOurs) ? "is no service of the release" : undefined;
  const replicas = own.replicas ?? count;
  if (count === replicas) return undefined;
  if (count === 0) return "has no container";
  return `has ${count} ${count === 1 ? "container" : "containers"}, and ${replicas} ${replicas === 1 ? "is" : "are"} wanted`;
}

function judgeWithTasks(
  service: string,
  container: ContainerFacts,
  own: WantedService | undefined,
  now: Date,
): Finding[] {
  const mustSupervise = own?.supervisor === true;
  const base = { service, container };
  const found: Finding = { kind: "container", ...base, ...judgeContainer(container, now, mustSupervise) };
  const ofTasks = (container.tasks ?? []).map(
    (task): Finding => ({ kind: "task", ...base, task, ...judgeTask(task) }),
  );
  const supervisor = judgeSupervisor(container, mustSupervise, now);
  const ofSupervisor: Finding[] =
    supervisor === undefined ? [] : [{ kind: "supervisor", ...base, ...supervisor }];
  return [found, ...ofSupervisor, ...ofTasks].filter(({ verdict }) => verdict !== "good");
}

/** What is wrong with the supervisor of a container; undefined where all is well, or it has none and needs none. */
function judgeSupervisor(container: ContainerFacts, isWanted: boolean, now: Date): Judgement | undefined {
  const { pidOne, state, tasks } = container;
  // Of one that has ended, only its entry point is known, and that may be a script which becomes longshored.
  const isThere =
    isLongshored(pidOne) || (state !== "running" && pidOne.some((word) => word.includes("longshored")));
  if (!isThere && !isWanted) return undefined;
  if (!isThere && pidOne.length > 0) {
    const verb = state === "running" ? "is" : "was";
    return {
      verdict: "bad",
      words: `its PID 1 ${verb} "${describeArgv(pidOne)}", not longshored`,
      isFinal: true,
    };
  }
  if (state !== "running" || tasks !== undefined) return undefined;
  if (secondsUp(container, now) < SUPERVISOR_SECONDS)
    return { verdict: "waiting", words: "its supervisor has not answered yet", isFinal: false };
  return { verdict: "bad", words: "its supervisor does not answer", isFinal: false };
}

/** A finding as one sentence: `web: nginx was stopped by hand`, `db has no container`. */
export function describeFinding({ kind, service, task, words }: Finding): string {
  if (kind === "task") return `${service}: ${task?.name} ${words}`;
  return kind === "supervisor" ? `${service}: ${words}` : `${service} ${words}`;
}
