import type { Jobs } from "../runtime/jobs/jobs.ts";
import type { Supervisor } from "../runtime/supervisor.ts";

/** All that runs: the instances of every task, and the runs of the jobs among them. */
export interface Running {
  readonly supervisor: Supervisor;
  readonly jobs: Jobs;
}
