import { formatDuration } from "../../../shared/duration-text.ts";
import { atBoot } from "../../config/time/cron.ts";
import { isFailure } from "../../protocol/outcome.ts";
import type { Exit } from "../instance.ts";
import { Admission, type SchedulerView } from "./admission.ts";
import { lateAfter } from "./apply-record.ts";
import { correctionOf } from "./clock-correction.ts";
import { type Decision, type EndCause, judgeEnd } from "./decision.ts";
import { findDueBetween, nextDue } from "./due-times.ts";
import { JobBook } from "./job-book.ts";
import type { ActiveRun, JobState, PendingRun } from "./job-record.ts";
import { type JobSpec, shareOf } from "./job-spec.ts";

/** Answers a run that was asked for by hand. */
export type Requested =
  | { readonly ok: true; readonly run: number; readonly decision: Decision }
  | { readonly ok: false; readonly reason: string };

/**
 * Decides when which job runs. It has no clock and no effects: it is told the time and what happened, and answers
 * with decisions. Its memory is what its records add up to. Times are milliseconds of the wall clock.
 */
export class Scheduler {
  private readonly book: JobBook;
  private readonly admission: Admission;

  constructor(view: SchedulerView, states: Iterable<JobState> = []) {
    this.book = new JobBook(states);
    this.admission = new Admission(this.book, view);
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
      if (!wanted.has(spec.job)) this.admission.dropPending(spec.job, () => true, now, "the job was removed");
    }
    this.book.setSpecs(specs);
    for (const { job, fingerprint } of specs) {
      if (this.states.get(job)?.fingerprint !== fingerprint) {
        this.book.note({ type: "scheduled", job, at: now, fingerprint });
      }
    }
    return this.admission.decide(now);
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
        this.admission.arrive(
          spec,
          { due: now, trigger: "schedule", notBefore: this.delayed(spec, now) },
          now,
          true,
        );
      }
    }
    return this.admission.decide(now);
  }

  /** Looks at the clock: begins what is due. */
  tick(now: number): Decision {
    for (const spec of this.specs.values()) {
      this.correctClock(spec, now);
      const start = this.nextStart(spec.job);
      if (start !== null && start <= now) this.dealWithDue(spec, now, lateAfter);
    }
    return this.admission.decide(now);
  }

  /** A run that was asked for: by hand, or by an action of another job. */
  request(job: string, trigger: "manual" | "action", now: number): Requested {
    const spec = this.specs.get(job);
    if (spec === undefined) return { ok: false, reason: `no job is named ${JSON.stringify(job)}` };
    const obstacle = this.admission.findSkipReason(spec, null, true);
    if (obstacle !== null) return { ok: false, reason: obstacle };
    const { nextRun } = this.book.stateOf(job);
    this.admission.arrive(spec, { due: null, trigger, notBefore: null }, now, true);
    return { ok: true, run: nextRun, decision: this.admission.decide(now) };
  }

  /** A run that has begun was not started after all, because the supervisor is ending: the next one starts it. */
  notStarted(job: string, run: number, now: number): Decision {
    const active = this.book.stateOf(job).active.find((one) => one.run === run);
    if (active === undefined) return this.admission.decide(now);
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
    if (active === undefined) return this.admission.decide(now);
    const timeout = formatDuration(this.specs.get(job)?.timeout ?? 0);
    this.end(
      job,
      { ...active, startedAt: Math.max(startedAt ?? 0, active.startedAt) },
      judgeEnd(exit, isSuccess, cause, timeout),
      now,
    );
    return this.admission.decide(now);
  }

  /** Runs that wait for a dependency may have got it. */
  dependenciesChanged(now: number): Decision {
    return this.admission.decide(now);
  }

  /** Drops the runs of a job that wait. @param reason for people */
  dropWaiting(job: string, reason: string, now: number): Decision {
    this.admission.dropPending(job, () => true, now, reason);
    return this.admission.decide(now);
  }

  /** What `if_changed` saw when the actions of a job were carried out. */
  filesSeen(job: string, files: Readonly<Record<string, string>>, now: number): Decision {
    this.book.note({ type: "files_seen", job, at: now, files: { ...files } });
    return this.admission.decide(now);
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
    if (this.book.stateOf(job).cursor - now >= correctionOf(spec)) {
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
      if (!isMadeUp)
        this.admission.passOver(spec, "missed", { due: first, lastDue: last, count }, reason, now);
      else {
        if (lastButOne !== null) {
          this.admission.passOver(
            spec,
            "missed",
            { due: first, lastDue: lastButOne, count: count - 1 },
            reason,
            now,
          );
        }
        this.admission.arrive(
          spec,
          { due: last, trigger: "catch-up", notBefore: this.delayed(spec, now) },
          now,
          true,
        );
      }
    }
    for (const due of onTime)
      this.admission.arrive(spec, { due, trigger: "schedule", notBefore: null }, now, false);
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
    if (repeat !== null) this.admission.enqueue(spec, { due: active.due, ...repeat }, now);
  }

  /** The retry of a run that failed: none once another run waits, or is under way, in its place. */
  private planRetry(
    job: string,
    { attempt, run }: ActiveRun,
    { outcome }: ReturnType<typeof judgeEnd>,
    now: number,
  ): Pick<PendingRun, "trigger" | "attempt" | "notBefore"> | null {
    const spec = this.specs.get(job);
    if (spec === undefined || spec.offReason !== null || !isFailure(outcome) || attempt > spec.retries.count)
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

  /** A run that is due, and waits for its part of the jitter, keeps its time when the schedule changes. */
  private keepDelayedRun(spec: JobSpec, now: number): void {
    if (spec.offset === 0 || spec.offReason !== null) return;
    const { cursor, lastDue } = this.book.stateOf(spec.job);
    const delayed = findDueBetween(spec, cursor, now, lastDue);
    if (delayed === null) return;
    this.admission.arrive(
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
