import { correction } from "./clock-correction.ts";
import type { Decision } from "./decision.ts";
import type { JobBook } from "./job-book.ts";
import type { PendingRun } from "./job-record.ts";
import type { JobSpec } from "./job-spec.ts";

/** What the scheduler asks of the world. */
export interface SchedulerView {
  /** what a job's `depends_on` waits for, in words; null when all of it is there */
  blockerOf(job: string): string | null;
  /** why a job does not run for now (it was stopped by hand), or null */
  pauseOf(job: string): string | null;
}

/** So many runs of a job that may overlap wait for room in their group; further ones are skipped. */
const longestLine = 100;

/** Decides of each run that is wanted whether it begins, waits or is passed over. */
export class Admission {
  constructor(
    private readonly book: JobBook,
    private readonly view: SchedulerView,
  ) {}

  /**
   * A run is wanted. It begins, waits, or is skipped, as the job's overlap policy, its group and its dependencies say.
   * @param isPatient waits for dependencies instead of being skipped
   */
  arrive(
    spec: JobSpec,
    wanted: Pick<PendingRun, "due" | "trigger" | "notBefore">,
    now: number,
    isPatient: boolean,
  ): void {
    const { job, overlap } = spec;
    const { due } = wanted;
    const obstacle = this.findSkipReason(spec, due, isPatient);
    if (obstacle !== null) {
      if (due !== null) this.passOver(spec, "skipped", { due, lastDue: due, count: 1 }, obstacle, now);
      return;
    }
    const isOutdated = overlap === "replace" ? () => true : isMakeUp;
    this.dropPending(job, isOutdated, now, "the next run took its place");
    if (overlap === "replace") {
      for (const { run } of this.book.stateOf(job).active) {
        this.book.current.cancels.push({ job, run, cause: "replaced" });
      }
    }
    this.enqueue(spec, { ...wanted, attempt: 1 }, now);
  }

  findSkipReason(spec: JobSpec, due: number | null, isPatient: boolean): string | null {
    const { job, overlap, queueLimit } = spec;
    const { active, pending } = this.book.stateOf(job);
    const waiting = pending.filter((run) => !isMakeUp(run));
    const pause = due === null ? null : this.view.pauseOf(job);
    if (pause !== null) return pause;
    if (overlap === "skip") {
      if (active[0] !== undefined) return `run ${active[0].run} is still running`;
      if (waiting[0] !== undefined) return `run ${waiting[0].run} still waits: ${waiting[0].reason}`;
    }
    const limit = overlap === "queue" ? queueLimit : longestLine;
    if (waiting.length >= limit)
      return limit === 1 ? "a run of it waits already" : `${limit} runs of it wait already`;
    return isPatient ? null : this.view.blockerOf(job);
  }

  /** Begins a run at once where it may, without noting first that it waits. */
  enqueue(
    spec: JobSpec,
    wanted: Pick<PendingRun, "due" | "trigger" | "notBefore" | "attempt">,
    now: number,
  ): void {
    const { job } = spec;
    const { nextRun } = this.book.stateOf(job);
    const pending: PendingRun = { ...wanted, run: nextRun, queuedAt: now, reason: null };
    const obstacle = this.findObstacle(spec, pending, now);
    if (obstacle === null) this.begin(spec, pending, now);
    else {
      const { due, trigger, notBefore, attempt } = wanted;
      const run = { run: nextRun, due, trigger, notBefore, attempt };
      this.book.note({ type: "queued", job, at: now, ...run, reason: obstacle });
    }
  }

  private begin(spec: JobSpec, { run, due, trigger, attempt }: PendingRun, now: number): void {
    this.book.note({ type: "begun", job: spec.job, at: now, run, due, trigger, attempt });
    this.book.current.starts.push({ spec, run: { run, due, trigger, attempt } });
  }

  /** Why a run cannot begin yet, or null. */
  private findObstacle(spec: JobSpec, pending: PendingRun, now: number): string | null {
    const { notBefore, queuedAt, trigger } = pending;
    const isEarly = notBefore !== null && now < notBefore && queuedAt - now < correction;
    if (isEarly) return `begins at ${new Date(notBefore).toISOString()}`;
    const [running] = this.book.stateOf(spec.job).active;
    if (running !== undefined && spec.overlap !== "allow") return `waits for the end of run ${running.run}`;
    if (!this.book.hasRoom(spec)) return `waits for room in the group ${spec.group?.name}`;
    return trigger === "manual" || trigger === "action" ? null : this.view.blockerOf(spec.job);
  }

  /** Begins the runs that wait and may begin, those that have waited longest first. */
  decide(now: number): Decision {
    const queue = [...this.book.waiting]
      .flatMap((job) => this.book.stateOf(job).pending.map((pending) => ({ job, pending })))
      .sort((a, b) => a.pending.queuedAt - b.pending.queuedAt);
    for (const { job, pending } of queue) {
      const spec = this.book.specs.get(job);
      if (spec !== undefined && spec.offReason === null && this.findObstacle(spec, pending, now) === null) {
        this.begin(spec, pending, now);
      }
    }
    return this.book.takeDecision();
  }

  passOver(
    spec: JobSpec,
    outcome: "skipped" | "missed",
    times: { due: number; lastDue: number; count: number },
    reason: string,
    now: number,
  ): void {
    const { nextRun } = this.book.stateOf(spec.job);
    this.book.note({ type: "passed_over", job: spec.job, at: now, run: nextRun, outcome, ...times, reason });
  }

  dropPending(job: string, isMeant: (pending: PendingRun) => boolean, now: number, reason: string): void {
    for (const pending of this.book.stateOf(job).pending.filter(isMeant)) {
      this.book.note({ type: "dropped", job, at: now, run: pending.run, reason });
    }
  }
}

/** Makes up for another run, and is pointless once the next one is there. */
function isMakeUp({ trigger }: PendingRun): boolean {
  return trigger === "retry" || trigger === "catch-up";
}
