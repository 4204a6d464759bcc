import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { formatError } from "../../../shared/user-error.ts";
import { findBlocker } from "../../core/dependencies.ts";
import type { Instance } from "../../core/instance.ts";
import type { SchedulerView } from "../../core/jobs/admission.ts";
import type { Decision, RunEnd } from "../../core/jobs/decision.ts";
import { describeRecord } from "../../core/jobs/describe-record.ts";
import { toJobSpec } from "../../core/jobs/job-spec.ts";
import { listRunEvents, type RunEvent } from "../../core/jobs/run-event.ts";
import { Scheduler } from "../../core/jobs/scheduler.ts";
import type { Entry } from "../entry.ts";
import type { Supervisor } from "../supervisor.ts";
import type { JobSurroundings } from "../surroundings.ts";
import { setAlarm } from "../time/alarm.ts";
import { Aftermath } from "./aftermath.ts";
import { type JobStorage, nowhere } from "./job-storage.ts";
import type { JobsPort } from "./jobs-port.ts";
import { Journal } from "./journal.ts";
import { LiveRuns } from "./live-runs.ts";
import { RunWaiters } from "./run-waiters.ts";
import { takeStateDirectory } from "./state-directory.ts";

/** How long the end of the supervisor waits for what its jobs have under way (ms). */
const drainPatience = 1_500;

/** Runs the jobs: tells the scheduler the time and what happens, and carries out what it decides. */
export class Jobs {
  scheduler: Scheduler;
  storage: JobStorage = nowhere;
  /** resolves when this supervisor runs the jobs; another one of the same state directory may have to end first */
  readonly ready: Promise<void>;
  private resolveReady: () => void = () => {};
  private isReady = false;
  private readonly waiting = new AbortController();
  private unlock: () => void = () => {};
  private journal: Journal;
  private readonly underWay = new Set<Promise<void>>();
  private isReleasing = false;
  private readonly events = new EventEmitter<{ run: [RunEvent] }>();
  private cancelAlarm: () => void = () => {};
  private isClosed = false;
  private readonly waiters = new RunWaiters();
  private readonly runs: LiveRuns;
  private readonly aftermath: Aftermath;

  constructor(
    private readonly supervisor: Supervisor,
    private readonly surroundings: JobSurroundings,
  ) {
    this.ready = new Promise((resolve) => {
      this.resolveReady = resolve;
    });
    this.journal = new Journal(nowhere.store, () => [], surroundings.log);
    this.scheduler = new Scheduler(this.view);
    const port: JobsPort = {
      scheduler: () => this.scheduler,
      storage: () => this.storage,
      isClosed: () => this.isClosed,
      request: (job, trigger) => this.request(job, trigger),
      carryOut: (decision) => this.carryOut(decision),
      perform: (decision) => this.perform(decision),
      track: (work) => this.track(work),
      settle: (job, run) => this.waiters.settle(job, run),
    };
    this.aftermath = new Aftermath(supervisor, surroundings, port);
    this.runs = new LiveRuns(supervisor, surroundings, port, (entry) => this.aftermath.rememberFiles(entry));
    supervisor.onChange((entry, before) => this.changed(entry, before));
  }

  /** Begins to run the jobs of the present plan; called once, when tasks have been started for the first time. */
  async boot(): Promise<void> {
    const { log, stateDir } = this.surroundings;
    if (stateDir !== null) {
      const { storage, release } = await takeStateDirectory(stateDir, this.waiting.signal, log);
      this.storage = storage;
      this.unlock = release;
    }
    if (this.isClosed) return;
    this.journal = new Journal(this.storage.store, () => this.scheduler.states.values(), log);
    this.scheduler = new Scheduler(this.view, this.storage.states);
    const now = Date.now();
    this.perform(this.scheduler.setJobs(this.listSpecs(), now));
    this.perform(this.scheduler.boot(now));
    this.isReady = true;
    this.resolveReady();
  }

  /** Calls back with everything that happens to runs. */
  onRun(listener: (event: RunEvent) => void): void {
    this.events.on("run", listener);
  }

  /** Takes the jobs of the present plan after a reload. */
  update(): void {
    if (this.isReady) this.perform(this.scheduler.setJobs(this.listSpecs(), Date.now()));
  }

  /** Begins no further run. Those under way end with their instances. */
  close(): void {
    this.isClosed = true;
    this.waiting.abort();
    this.cancelAlarm();
    this.runs.close();
  }

  /** When the job of an entry is due next, its jitter included. */
  nextStart({ spec }: Entry): Date | null {
    const start = this.scheduler.nextStart(spec.task);
    return start === null ? null : new Date(start);
  }

  /**
   * Runs a job now, or as soon as its group has room.
   * @returns the number of the run, or why there is none
   */
  request(job: string, trigger: "manual" | "action"): { run: number } | { reason: string } {
    const requested = this.scheduler.request(job, trigger, Date.now());
    if (!requested.ok) return { reason: requested.reason };
    this.perform(requested.decision);
    return { run: requested.run };
  }

  /**
   * Ends what a job has under way or, where nothing is, gives up what waits. The job itself goes on.
   * @returns the numbers of those runs
   */
  cancel(job: string): number[] {
    const { active = [], pending = [] } = this.scheduler.states.get(job) ?? {};
    for (const { run } of active) this.runs.cancel(job, run, "cancelled");
    if (active.length > 0) return active.map(({ run }) => run);
    if (pending.length > 0) this.perform(this.scheduler.dropWaiting(job, "cancelled by hand", Date.now()));
    return pending.map(({ run }) => run);
  }

  /** Resolves when a run has ended and its actions have been carried out, or when it is clear that it never begins. */
  waitFor(job: string, run: number): Promise<void> {
    return this.waiters.waitFor(job, run);
  }

  private listSpecs() {
    const { specs, config } = this.supervisor.plan;
    return specs.flatMap((spec) => toJobSpec(spec, config, this.surroundings.host) ?? []);
  }

  private readonly view: SchedulerView = {
    blockerOf: (job) => this.blockerOf(job),
    pauseOf: (job) => this.pauseOf(job),
  };

  private blockerOf(job: string): string | null {
    const [entry] = this.supervisor.entries.ofTask(job);
    return entry === undefined ? null : findBlocker(entry.spec.settings, this.supervisor.entries.ofTask);
  }

  private pauseOf(job: string): string | null {
    const [entry] = this.supervisor.entries.ofTask(job);
    return entry?.instance.wanted === false ? "the job is stopped" : null;
  }

  /** Resolves when all that happened is on disk. Actions that are under way are not waited for very long. */
  async drain(): Promise<void> {
    const deadline = performance.now() + drainPatience;
    while (this.underWay.size > 0 && performance.now() < deadline) {
      const patience = sleep(deadline - performance.now(), undefined, { ref: false });
      await Promise.race([Promise.all(this.underWay), patience]);
    }
    await this.storage.store.close();
    this.unlock();
  }

  private perform(decision: Decision): void {
    this.track(this.carryOut(decision));
  }

  private track(work: Promise<void>): void {
    const tracked = work
      .catch((error: unknown) => this.surroundings.log(`a bug in the jobs: ${formatError(error)}`))
      .finally(() => this.underWay.delete(tracked));
    this.underWay.add(tracked);
  }

  private async carryOut(decision: Decision): Promise<void> {
    const { records, cancels, starts, ends } = decision;
    this.arm();
    if (records.length > 0) await this.journal.write(records);
    for (const record of records) {
      const sentence = describeRecord(record);
      if (sentence !== null) this.surroundings.log(`${record.job}: ${sentence}`);
      if (record.type === "dropped") this.waiters.settle(record.job, record.run);
    }
    for (const event of listRunEvents(decision)) this.events.emit("run", event);
    const isFollowed = (job: string, run: number): boolean =>
      ends.some((end) => end.spec.job === job && end.run.run === run);
    for (const record of records) {
      if (record.type === "ended" && !isFollowed(record.job, record.run))
        this.waiters.settle(record.job, record.run);
    }
    for (const { job, run, cause } of cancels) this.runs.cancel(job, run, cause);
    for (const end of ends) this.track(this.followEnd(end));
    for (const start of starts) this.track(this.runs.start(start));
  }

  /** Whoever waits for a run waits for its actions, too. */
  private async followEnd(end: RunEnd): Promise<void> {
    const { job } = end.spec;
    const { run } = end.run;
    await this.aftermath
      .follow(end, this.runs.takeEnded(job, run))
      .finally(() => this.waiters.settle(job, run));
  }

  /** One timer for all jobs. */
  private arm(): void {
    this.cancelAlarm();
    if (this.isClosed) return;
    const wake = this.scheduler.nextWake(Date.now());
    if (wake === null) return;
    this.cancelAlarm = setAlarm(new Date(wake), () => this.perform(this.scheduler.tick(Date.now())));
  }

  private changed(entry: Entry, before: Instance): void {
    this.runs.follow(entry);
    const { spec, instance } = entry;
    if (spec.settings.kind === "job" && before.wanted && !instance.wanted && !this.isClosed) {
      this.perform(this.scheduler.dropWaiting(spec.task, "stopped by hand", Date.now()));
    }
    if (!this.isClosed) this.releaseSoon();
  }

  /** Runs may wait for what has just changed; many changes at once are one look. */
  private releaseSoon(): void {
    if (this.isReleasing) return;
    this.isReleasing = true;
    setImmediate(() => {
      this.isReleasing = false;
      const decision = this.scheduler.dependenciesChanged(Date.now());
      if (decision.records.length > 0) this.perform(decision);
    });
  }
}
