import { atBoot } from "../../config/cron.ts";
import { formatDuration } from "../../config/duration-text.ts";
import type { Exit } from "../instance.ts";
import { lateAfter } from "./apply-record.ts";
import { type Decision, type EndCause, judgeEnd } from "./decision.ts";
import { findDueBetween, followsClock, nextDue } from "./due-times.ts";
import { JobBook } from "./job-book.ts";
import type { ActiveRun, JobState, PendingRun } from "./job-record.ts";
import { type JobSpec, shareOf } from "./job-spec.ts";

/** What the scheduler asks of the world. */
export interface SchedulerView {
  /** what a job's `depends_on` waits for, in words; null when all of it is there */
  blockerOf(job: string): string | null;
  /** why a job does not run for now (it was stopped by hand), or null */
  pauseOf(job: string): string | null;
}

/** Answers a run that was asked for by hand. */
export type Requested =
  | { readonly ok: true; readonly run: number; readonly decision: Decision }
  | { readonly ok: false; readonly reason: string };

/**
 * A clock that goes back by less than this (ms) is waited for; by more, the new time is right. The same three hours as
 * in Debian's cron (cron(8)).
 */
const correction = 3 * 3_600_000;
/** The same for a job that follows the clock, such as one of every five minutes: it does not pause for hours. */
const correctionOfWildcards = 600_000;
/** So many runs of a job may wait; further ones are skipped. */
const longestQueue = 100;

/**
 * Decides when which job runs. It has no clock and no effects: it is told the time and what happened, and answers
 * with decisions. Its memory is what its records add up to. Times are milliseconds of the wall clock.
 */
export class Scheduler {
  private readonly book: JobBook;

  constructor(
    private readonly view: SchedulerView,
    states: Iterable<JobState> = [],
  ) {
    this.book = new JobBook(states);
  }

  get states(): ReadonlyMap<string, JobState> {
    return this.book.states;
  }

  get specs(): ReadonlyMap<string, JobSpec> {
    return this.book.specs;
  }

  /**
   * Takes another set of jobs. What was due before is dealt with by the old ones; a job whose schedule is another one
   * begins with it now; runs go on.
   */
  setJobs(specs: readonly JobSpec[], now: number): Decision {
    for (const spec of this.specs.values()) this.dealWithDue(spec, now, lateAfter);
    const wanted = new Map(specs.map((spec) => [spec.job, spec]));
    for (const spec of this.specs.values()) {
      const isSame = wanted.get(spec.job)?.fingerprint === spec.fingerprint;
      if (!isSame) this.keepDelayedRun(spec, now);
      if (!wanted.has(spec.job)) this.dropPending(spec.job, () => true, now, "the job was removed");
    }
    this.book.setSpecs(specs);
    for (const { job, fingerprint } of specs) {
      if (this.states.get(job)?.fingerprint !== fingerprint) {
        this.book.note({ type: "scheduled", job, at: now, fingerprint });
      }
    }
    return this.decide(now);
  }

  /**
   * Called once, after the first `setJobs`: settles what the previous supervisor left behind, makes up for what was
   * missed meanwhile, and begins `@reboot` jobs.
   */
  boot(now: number): Decision {
    for (const [job, state] of [...this.states]) {
      for (const run of state.active) this.interrupt(job, run, now);
    }
    for (const spec of this.specs.values()) {
      this.correctClock(spec, now);
      this.dealWithDue(spec, now, 0);
      if (spec.offReason === null && spec.schedule.includes(atBoot)) {
        this.arrive(spec, { due: now, trigger: "schedule", notBefore: this.delayed(spec, now) }, now, true);
      }
    }
    return this.decide(now);
  }

  /** Looks at the clock: begins what is due. */
  tick(now: number): Decision {
    for (const spec of this.specs.values()) {
      this.correctClock(spec, now);
      const start = this.nextStart(spec.job);
      if (start !== null && start <= now) this.dealWithDue(spec, now, lateAfter);
    }
    return this.decide(now);
  }

  /** A run that was asked for: by hand, or by an action of another job. */
  request(job: string, trigger: "manual" | "action", now: number): Requested {
    const spec = this.specs.get(job);
    if (spec === undefined) return { ok: false, reason: `no job is named ${JSON.stringify(job)}` };
    const obstacle = this.findSkipReason(spec, null, true);
    if (obstacle !== null) return { ok: false, reason: obstacle };
    const { nextRun } = this.book.stateOf(job);
    this.arrive(spec, { due: null, trigger, notBefore: null }, now, true);
    return { ok: true, run: nextRun, decision: this.decide(now) };
  }

  /** A run that has begun was not started after all, because the supervisor is ending: the next one starts it. */
  notStarted(job: string, run: number, now: number): Decision {
    const active = this.book.stateOf(job).active.find((one) => one.run === run);
    if (active === undefined) return this.decide(now);
    const end = { outcome: "interrupted", exitCode: null, exitSignal: null } as const;
    const repeat = { trigger: active.trigger, attempt: active.attempt, notBefore: now + 1 };
    this.end(job, active, { ...end, reason: "longshored was shut down before it began" }, now, repeat);
    return this.book.takeDecision();
  }

  /** The last process of a run has ended. */
  ended(
    job: string,
    run: number,
    exit: Exit,
    isSuccess: boolean,
    cause: EndCause | null,
    now: number,
    startedAt: number | null = null,
  ): Decision {
    const active = this.book.stateOf(job).active.find((one) => one.run === run);
    if (active === undefined) return this.decide(now);
    const timeout = formatDuration(this.specs.get(job)?.timeout ?? 0);
    this.end(
      job,
      { ...active, startedAt: Math.max(startedAt ?? 0, active.startedAt) },
      judgeEnd(exit, isSuccess, cause, timeout),
      now,
    );
    return this.decide(now);
  }

  /** Runs that wait for a dependency may have got it. */
  dependenciesChanged(now: number): Decision {
    return this.decide(now);
  }

  /** Drops the runs of a job that wait: it was stopped. */
  stopped(job: string, now: number): Decision {
    this.dropPending(job, () => true, now, "stopped by hand");
    return this.decide(now);
  }

  /** What `if_changed` saw when the actions of a job were carried out. */
  filesSeen(job: string, files: Readonly<Record<string, string>>, now: number): Decision {
    this.book.note({ type: "files_seen", job, at: now, files: { ...files } });
    return this.decide(now);
  }

  /** When a job's next run for its schedule begins, its jitter included; null when it never does. */
  nextStart(job: string): number | null {
    const spec = this.specs.get(job);
    if (spec === undefined || spec.offReason !== null) return null;
    const due = this.book.nextDueOf(spec);
    return due === null ? null : due + spec.offset;
  }

  /** When `tick` is to be called next; null when nothing will be due. */
  nextWake(now: number): number | null {
    let wake = Number.POSITIVE_INFINITY;
    for (const job of this.specs.keys()) wake = Math.min(wake, this.nextStart(job) ?? wake);
    for (const job of this.book.waiting) {
      for (const { notBefore } of this.book.stateOf(job).pending) {
        if (notBefore !== null && notBefore > now) wake = Math.min(wake, notBefore);
      }
    }
    return wake === Number.POSITIVE_INFINITY ? null : wake;
  }

  /** The clock went back so far that it was wrong before: the new time counts at once. */
  private correctClock(spec: JobSpec, now: number): void {
    const { job } = spec;
    const threshold = followsClock(spec) ? correctionOfWildcards : correction;
    if (this.book.stateOf(job).cursor - now >= threshold) {
      this.book.note({ type: "moved", job, at: now, cursor: now });
    }
  }

  /**
   * Deals with every due time until now: those of the last `grace` milliseconds run; earlier ones were missed, and one
   * run makes up for them. What came up to the high-water mark was dealt with before the clock was set back.
   */
  private dealWithDue(spec: JobSpec, now: number, grace: number): void {
    if (spec.offReason !== null) return;
    const { job, catchUp, catchUpLimit } = spec;
    const until = now - spec.offset;
    const lateUntil = until - grace;
    const { cursor, highWater, lastDue } = this.book.stateOf(job);
    if (cursor < highWater && lateUntil > cursor) {
      this.book.note({ type: "moved", job, at: now, cursor: Math.min(highWater, lateUntil) });
    }
    const missed = findDueBetween(spec, Math.max(cursor, highWater), lateUntil, lastDue);
    const onTime = this.listOnTime(spec, missed?.last ?? null, lateUntil, until);
    if (missed !== null) {
      const { first, lastButOne, last, count } = missed;
      const isMadeUp =
        catchUp && onTime.length === 0 && (catchUpLimit === null || now - last <= catchUpLimit);
      const reason = grace === 0 ? "longshored was not running" : "the clock jumped, or the machine slept";
      if (!isMadeUp) this.passOver(spec, "missed", { due: first, lastDue: last, count }, reason, now);
      else {
        if (lastButOne !== null) {
          this.passOver(spec, "missed", { due: first, lastDue: lastButOne, count: count - 1 }, reason, now);
        }
        this.arrive(spec, { due: last, trigger: "catch-up", notBefore: this.delayed(spec, now) }, now, true);
      }
    }
    for (const due of onTime) this.arrive(spec, { due, trigger: "schedule", notBefore: null }, now, false);
  }

  private listOnTime(spec: JobSpec, missed: number | null, lateUntil: number, until: number): number[] {
    const { cursor, lastDue } = this.book.stateOf(spec.job);
    const times: number[] = [];
    let last = missed ?? lastDue;
    let from = Math.max(cursor, lateUntil, missed ?? cursor);
    for (let due = nextDue(spec, from, last); due !== null && due <= until; due = nextDue(spec, from, last)) {
      times.push(due);
      [from, last] = [due, due];
    }
    return times;
  }

  /**
   * A run is wanted. It begins, waits, or is skipped, as the job's overlap policy, its group and its dependencies say.
   * @param isPatient waits for dependencies instead of being skipped
   */
  private arrive(
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

  private findSkipReason(spec: JobSpec, due: number | null, isPatient: boolean): string | null {
    const { job, overlap } = spec;
    const { active, pending } = this.book.stateOf(job);
    const waiting = pending.filter((run) => !isMakeUp(run));
    const pause = due === null ? null : this.view.pauseOf(job);
    if (pause !== null) return pause;
    if (overlap === "skip") {
      if (active[0] !== undefined) return `run ${active[0].run} is still running`;
      if (waiting[0] !== undefined) return `run ${waiting[0].run} still waits: ${waiting[0].reason}`;
    }
    if (waiting.length >= longestQueue) return `${longestQueue} runs of it wait already`;
    return isPatient ? null : this.view.blockerOf(job);
  }

  /** Begins a run at once where it may, without noting first that it waits. */
  private enqueue(
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
  private decide(now: number): Decision {
    const queue = [...this.book.waiting]
      .flatMap((job) => this.book.stateOf(job).pending.map((pending) => ({ job, pending })))
      .sort((a, b) => a.pending.queuedAt - b.pending.queuedAt);
    for (const { job, pending } of queue) {
      const spec = this.specs.get(job);
      if (spec !== undefined && spec.offReason === null && this.findObstacle(spec, pending, now) === null) {
        this.begin(spec, pending, now);
      }
    }
    return this.book.takeDecision();
  }

  private end(
    job: string,
    active: ActiveRun,
    end: ReturnType<typeof judgeEnd>,
    now: number,
    repeat: Pick<PendingRun, "trigger" | "attempt" | "notBefore"> | null = this.planRetry(
      job,
      active,
      end,
      now,
    ),
  ): void {
    const { run: number, startedAt } = active;
    this.book.note({ type: "ended", job, at: now, run: number, startedAt, ...end });
    const spec = this.specs.get(job);
    if (spec === undefined) return;
    const run = this.book.stateOf(job).past.at(-1);
    if (run !== undefined) this.book.current.ends.push({ spec, run, isFinal: repeat === null });
    if (repeat !== null) this.enqueue(spec, { due: active.due, ...repeat }, now);
  }

  /** The retry of a run that failed: none once another run waits, or is under way, in its place. */
  private planRetry(
    job: string,
    { attempt, run }: ActiveRun,
    { outcome }: ReturnType<typeof judgeEnd>,
    now: number,
  ): Pick<PendingRun, "trigger" | "attempt" | "notBefore"> | null {
    const spec = this.specs.get(job);
    const hasFailed = outcome === "failed" || outcome === "timed_out" || outcome === "interrupted";
    if (spec === undefined || spec.offReason !== null || !hasFailed || attempt > spec.retries.count)
      return null;
    const { active, pending } = this.book.stateOf(job);
    if (pending.length > 0 || active.some((other) => other.run > run)) return null;
    const { initial, factor, limit, jitter } = spec.retries;
    const wait =
      Math.min(initial * factor ** (attempt - 1), limit) * (1 + jitter * shareOf(`${job}\0${run}`));
    return { trigger: "retry", attempt: attempt + 1, notBefore: now + Math.round(wait) };
  }

  /** A run that the previous supervisor has left behind: whether it did anything is not known, so it is not repeated. */
  private interrupt(job: string, active: ActiveRun, now: number): void {
    const end = { outcome: "interrupted", exitCode: null, exitSignal: null } as const;
    this.end(job, active, { ...end, reason: "longshored ended during the run" }, now);
  }

  private passOver(
    spec: JobSpec,
    outcome: "skipped" | "missed",
    times: { due: number; lastDue: number; count: number },
    reason: string,
    now: number,
  ): void {
    const { nextRun } = this.book.stateOf(spec.job);
    this.book.note({ type: "passed_over", job: spec.job, at: now, run: nextRun, outcome, ...times, reason });
  }

  private dropPending(
    job: string,
    isMeant: (pending: PendingRun) => boolean,
    now: number,
    reason: string,
  ): void {
    for (const pending of this.book.stateOf(job).pending.filter(isMeant)) {
      this.book.note({ type: "dropped", job, at: now, run: pending.run, reason });
    }
  }

  /** A run that is due, and waits for its part of the jitter, keeps its time when the schedule changes. */
  private keepDelayedRun(spec: JobSpec, now: number): void {
    if (spec.offset === 0 || spec.offReason !== null) return;
    const { cursor, lastDue } = this.book.stateOf(spec.job);
    const delayed = findDueBetween(spec, cursor, now, lastDue);
    if (delayed === null) return;
    this.arrive(
      spec,
      { due: delayed.last, trigger: "schedule", notBefore: delayed.last + spec.offset },
      now,
      true,
    );
  }

  private delayed(spec: JobSpec, now: number): number | null {
    return spec.offset === 0 ? null : now + spec.offset;
  }
}

/** Makes up for another run, and is pointless once the next one is there. */
function isMakeUp({ trigger }: PendingRun): boolean {
  return trigger === "retry" || trigger === "catch-up";
}
