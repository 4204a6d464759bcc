import type { HealthReport } from "../protocol/request.ts";
import { judgeTask } from "../protocol/task-judgement.ts";
import { describeInstance } from "./describe.ts";
import type { Running } from "./running.ts";

/** How the supervisor and all of its tasks are. */
export interface HealthFindings {
  readonly report: HealthReport;
  /** nothing is wrong but with jobs: a late one must not make a container unhealthy, which serves all the same */
  readonly isReady: boolean;
}

/** Whether all is well, and what is not. */
export function describeHealth(running: Running): HealthFindings {
  const { supervisor } = running;
  const found = [...supervisor.entries.all]
    .filter((entry) => !entry.retired)
    .map((entry) => describeInstance(running, entry))
    .map((instance) => ({ instance, ...judgeTask(instance) }))
    .filter(({ verdict }) => verdict !== "good");
  const problems = found.map(({ instance, words }) => `${instance.name} ${words}`);
  if (supervisor.isClosing)
    return {
      report: { status: "stopping", problems: [...problems, "longshored is shutting down"] },
      isReady: false,
    };
  const isBad = found.some(({ verdict }) => verdict === "bad");
  return {
    report: { status: isBad ? "degraded" : problems.length > 0 ? "starting" : "ok", problems },
    isReady: found.every(({ instance }) => instance.kind === "job"),
  };
}
