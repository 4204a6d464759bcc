import type { RunEnd } from "../../core/jobs/decision.ts";
import { isFailure } from "../../protocol/outcome.ts";
import type { Entry } from "../entry.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Surroundings } from "../surroundings.ts";
import { digestFiles } from "./file-digests.ts";
import { followUp, listActions, pingEnd, watchedFiles } from "./follow-up.ts";
import { JobActions } from "./job-actions.ts";
import type { JobsPort } from "./jobs-port.ts";
import type { LiveRun } from "./live-run.ts";
import { pruneRunLogs } from "./run-log.ts";

/** What follows the end of a run: a ping, the actions of its job, and the end of logs that are not kept any more. */
export class Aftermath {
  private readonly actions: JobActions;
  /** what was said about logs that cannot be removed */
  private readonly said = new Set<string>();

  constructor(
    private readonly supervisor: Supervisor,
    private readonly surroundings: Pick<Surroundings, "spawner" | "log">,
    private readonly jobs: JobsPort,
  ) {
    this.actions = new JobActions(supervisor, surroundings);
  }

  /** What `if_changed` compares with after the very first run: the files before it. */
  async rememberFiles({ spec }: Entry): Promise<void> {
    const files = watchedFiles([...listActions(spec, "on_success"), ...listActions(spec, "on_failure")]);
    const seen = this.jobs.scheduler().states.get(spec.task)?.seenFiles ?? {};
    if (files.every((file) => file in seen)) return;
    const unseen = files.filter((file) => !(file in seen));
    const now = await digestFiles(unseen, this.surroundings.log);
    await this.jobs.carryOut(this.jobs.scheduler().filesSeen(spec.task, { ...seen, ...now }, Date.now()));
  }

  /**
   * Resolves when the actions have been carried out.
   * @param live the run as it was; undefined where its process was not of this supervisor
   */
  async follow(end: RunEnd, live: LiveRun | undefined): Promise<void> {
    const { spec, run, isFinal } = end;
    const [entry] = this.supervisor.entries.ofTask(spec.job);
    if (entry === undefined) return;
    const { log } = this.surroundings;
    pingEnd(entry.spec, end, live?.rid ?? crypto.randomUUID(), live?.log.tail() ?? "", log);
    this.jobs.track(this.pruneLogs(spec.job));
    if (!isFinal || this.jobs.isClosed()) return;
    const hasFailed = isFailure(run.outcome);
    if (run.outcome !== "succeeded" && !hasFailed) return;
    const actions = listActions(entry.spec, hasFailed ? "on_failure" : "on_success");
    if (actions.length === 0) return;
    const seen = this.jobs.scheduler().states.get(spec.job)?.seenFiles ?? null;
    await followUp(this.actions.portFor(entry, this.jobs), entry.spec, actions, run, {
      seen,
      remember: (files) =>
        this.jobs.perform(this.jobs.scheduler().filesSeen(spec.job, { ...seen, ...files }, Date.now())),
    });
  }

  private async pruneLogs(job: string): Promise<void> {
    const folder = this.jobs.storage().logFolder(job);
    const state = this.jobs.scheduler().states.get(job);
    if (folder === null || state === undefined) return;
    const kept = [...state.past, ...state.active].map(({ run }) => run);
    // A run that begins meanwhile has a higher number than any that is known.
    const newest = Math.max(0, ...kept);
    await pruneRunLogs(folder, (run) => run > newest || kept.includes(run)).catch((error: Error) => {
      const message = `${job}: ${error.message}`;
      if (!this.said.has(message)) this.surroundings.log(message);
      this.said.add(message);
    });
  }
}
