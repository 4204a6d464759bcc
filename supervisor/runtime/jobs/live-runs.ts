import { cannotRun, isActive } from "../../core/instance.ts";
import type { EndCause, RunStart } from "../../core/jobs/decision.ts";
import { isSuccess } from "../../core/restart.ts";
import type { Entry } from "../entry.ts";
import { toClockTime } from "../steady-clock.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Surroundings } from "../surroundings.ts";
import { setTimeLimit } from "../time/time-limit.ts";
import { pingStart } from "./follow-up.ts";
import { runVariables } from "./job-variables.ts";
import type { JobsPort } from "./jobs-port.ts";
import type { LiveRun } from "./live-run.ts";
import { RunLog } from "./run-log.ts";

/** How long the output of a process that has ended is waited for (ms): a stranger may hold the pipe open. */
const outputPatience = 1_000;

/** The runs whose processes are there, each in an instance of its job. */
export class LiveRuns {
  private readonly live = new Map<Entry, LiveRun>();
  /** runs that have ended and wait for what follows them */
  private readonly ended = new Map<string, LiveRun>();
  /** runs that were to be ended before they were here */
  private readonly doomed = new Map<string, EndCause>();

  /** @param prepare what is to be done before a process is started */
  constructor(
    private readonly supervisor: Supervisor,
    private readonly surroundings: Pick<Surroundings, "log">,
    private readonly jobs: JobsPort,
    private readonly prepare: (entry: Entry) => Promise<void>,
  ) {}

  /** Starts the process of a run. */
  async start({ spec, run }: RunStart): Promise<void> {
    if (this.jobs.isClosed()) {
      this.jobs.perform(this.jobs.scheduler().notStarted(spec.job, run.run, Date.now()));
      return;
    }
    const entry = this.findSlot(spec.job);
    const cause = this.takeDoom(spec.job, run.run);
    if (entry === undefined) {
      const none = { code: null, signal: null };
      this.jobs.perform(this.jobs.scheduler().ended(spec.job, run.run, none, false, "removed", Date.now()));
      this.jobs.settle(spec.job, run.run);
      return;
    }
    const rid = crypto.randomUUID();
    const log = RunLog.of(this.jobs.storage().logFolder(spec.job), run.run, this.surroundings.log);
    const unfollow = entry.capture.follow(({ bytes }) => log.write(bytes));
    let cancelLimit = (): void => {};
    const stop = (): void => {
      unfollow();
      cancelLimit();
    };
    const live: LiveRun = {
      ...{ job: spec.job, run, entry, log, rid, stop },
      ...{ cause, generation: entry.instance.generation, isEnding: false },
    };
    this.live.set(entry, live);
    await this.prepare(entry);
    if (live.cause !== null && live.cause !== "shutdown") return this.giveUp(live);
    if (spec.timeout !== null) {
      cancelLimit = setTimeLimit(spec.timeout, () => this.cancel(spec.job, run.run, "timeout"));
    }
    pingStart(entry.spec, run, rid, this.surroundings.log);
    entry.runVariables = runVariables(spec.job, run);
    this.supervisor.dispatch(entry, { type: "run" });
  }

  /** Ends the process of a run, or sees to it that it gets none. */
  cancel(job: string, run: number, cause: EndCause): void {
    const live = [...this.live.values()].find((one) => one.job === job && one.run.run === run);
    if (live === undefined) this.doomed.set(keyOf(job, run), cause);
    else if (!live.isEnding) {
      live.cause ??= cause;
      this.supervisor.dispatch(live.entry, { type: "cancel" });
    }
  }

  /** Looks whether a change of an instance is the end of its run. */
  follow(entry: Entry): void {
    const live = this.live.get(entry);
    if (live === undefined) return;
    const { instance } = entry;
    const isStopped = instance.afterStop === "stay" || instance.afterStop === "start";
    if (instance.state === "stopping" && isStopped) live.cause ??= "stopped";
    if (instance.state === "stopping" && instance.afterStop === "retry")
      live.cause ??= instance.health === "unhealthy" ? "unhealthy" : "memory";
    if (isActive(instance) || live.isEnding || instance.generation === live.generation) return;
    live.isEnding = true;
    this.jobs.track(this.finish(live));
  }

  /** Whatever ends from now on is cut short by the end of the supervisor. */
  close(): void {
    for (const live of this.live.values()) live.cause ??= "shutdown";
  }

  /** A run that has ended, once; undefined where its process was not of this supervisor. */
  takeEnded(job: string, run: number): LiveRun | undefined {
    const key = keyOf(job, run);
    const live = this.ended.get(key);
    this.ended.delete(key);
    return live;
  }

  private takeDoom(job: string, run: number): EndCause | null {
    const key = keyOf(job, run);
    const cause = this.doomed.get(key) ?? null;
    this.doomed.delete(key);
    return cause;
  }

  /** Ends a run that has no process yet. */
  private async giveUp(live: LiveRun): Promise<void> {
    const { entry, job, run, cause } = live;
    live.isEnding = true;
    live.stop();
    await live.log.close();
    this.live.delete(entry);
    const none = { code: null, signal: null };
    await this.jobs.carryOut(this.jobs.scheduler().ended(job, run.run, none, false, cause, Date.now()));
    this.removeSlot(entry);
  }

  private removeSlot(entry: Entry): void {
    if (entry.spec.index > 1 && !this.live.has(entry)) this.supervisor.remove(entry);
  }

  /** The job's own instance; where runs overlap, further ones for as long as they last. */
  private findSlot(job: string): Entry | undefined {
    const [first, ...more] = this.supervisor.entries.ofTask(job);
    const free = [first, ...more].find((entry) => entry !== undefined && !this.live.has(entry));
    if (first === undefined || free !== undefined) return free;
    const index = more.length + 2;
    const { spec } = first;
    const slot = this.supervisor.add({ ...spec, id: `${job}#${index}`, name: `${job}_${index}`, index });
    this.supervisor.dispatch(slot, { type: "start" });
    return slot;
  }

  private async finish(live: LiveRun): Promise<void> {
    const { entry, job, run, cause } = live;
    const exit = entry.instance.exit ?? cannotRun;
    const startedAt = entry.instance.startedAt === null ? null : toClockTime(entry.instance.startedAt);
    const endedAt = Date.now();
    await entry.capture.settle(outputPatience);
    live.stop();
    await live.log.close();
    this.live.delete(entry);
    const success = isSuccess(exit, entry.spec.settings);
    this.ended.set(keyOf(job, run.run), live);
    await this.jobs.carryOut(
      this.jobs.scheduler().ended(job, run.run, exit, success, cause, endedAt, startedAt),
    );
    this.removeSlot(entry);
  }
}

function keyOf(job: string, run: number): string {
  return `${job}#${run}`;
}
