import { UserError } from "../../shared/user-error.ts";
import type { CancelRequest, CancelResponse } from "../protocol/request.ts";
import { describeJob, describeRun, requireJob } from "./job-routes.ts";
import type { Running } from "./running.ts";

/**
 * Ends the present run of a job, all of them where several overlap; with `wait` the answer comes when they have ended.
 * @throws UserError when the job has none, or there is no such job
 */
export async function cancelJob(running: Running, { name, wait }: CancelRequest): Promise<CancelResponse> {
  const { supervisor, jobs } = running;
  const kind = supervisor.entries.ofTask(name)[0]?.spec.settings.kind ?? "job";
  if (kind !== "job") {
    const hint = `longshorectl stop ${name}`;
    throw new UserError("not_a_job", `cannot cancel ${name}: it is a ${kind}, not a job`, { hint });
  }
  const spec = requireJob(jobs, name);
  const runs = jobs.cancel(spec.job);
  if (runs.length === 0) {
    const hint = `longshorectl stop ${name} keeps it from its next run`;
    throw new UserError("not_running", `cannot cancel ${name}: it is not running`, { hint });
  }
  if (wait) await Promise.all(runs.map((run) => jobs.waitFor(spec.job, run)));
  return {
    runs: runs.map((run) => describeRun(jobs, spec.job, run)),
    next_run: describeJob(running, spec, Date.now()).next_run,
  };
}
