import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatError } from "../../config/user-error.ts";
import { type Instance, isActive } from "../../core/instance.ts";
import type { SchedulerView } from "../../core/jobs/admission.ts";
import type { Decision, EndCause, RunEnd, RunStart } from "../../core/jobs/decision.ts";
import { describeRecord } from "../../core/jobs/describe-record.ts";
import { toJobSpec } from "../../core/jobs/job-spec.ts";
import { listRunEvents, type RunEvent } from "../../core/jobs/run-event.ts";
import { Scheduler } from "../../core/jobs/scheduler.ts";
import { findBlocker } from "../../core/readiness.ts";
import { isSuccess } from "../../core/restart.ts";
import { setAlarm } from "../alarm.ts";
import type { Entry } from "../entry.ts";
import { makeFolder } from "../make-folder.ts";
import type { Supervisor, Surroundings } from "../supervisor.ts";
import { digestFiles } from "./file-digests.ts";
import { followUp, listActions, pingEnd, pingStart, watchedFiles } from "./follow-up.ts";
import { JobActions } from "./job-actions.ts";
import { type JobStorage, nowhere, openJobStorage } from "./job-storage.ts";
import { runVariables } from "./job-variables.ts";
import { Journal } from "./journal.ts";
import type { LiveRun } from "./live-run.ts";
import { pruneRunLogs, RunLog } from "./run-log.ts";
import { lockState } from "./state-lock.ts";
import { setTimeLimit } from "./time-limit.ts";

/** How long the output of a process that has ended is waited for (ms): a stranger may hold the pipe open. */
const outputPatience = 1_000;

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
  private readonly actions: JobActions;
  private readonly live = new Map<Entry, LiveRun>();
  /** tells those who wait for a run: its job and number → their callbacks */
  private readonly waiters = new Map<string, (() => void)[]>();
  private readonly underWay = new Set<Promise<void>>();
  /** runs that have ended and wait for what follows them */
  private readonly ended = new Map<string, LiveRun>();
  private isReleasing = false;
  private readonly events = new EventEmitter<{ run: [RunEvent] }>();
  private cancelAlarm: () => void = () => {};
  private isClosed = false;

  constructor(
    private readonly supervisor: Supervisor,
    private readonly surroundings: Pick<Surroundings, "spawner" | "log" | "stateDir" | "host">,
  ) {
    this.ready = new Promise((resolve) => {
      this.resolveReady = resolve;
    });
    this.actions = new JobActions(supervisor, surroundings);
    this.journal = new Journal(nowhere.store, () => [], surroundings.log);
    this.scheduler = new Scheduler(this.view);
    supervisor.onChange((entry, before) => this.changed(entry, before));
  }

  /** Begins to run the jobs of the present plan; called once, when tasks have been started for the first time. */
  async boot(): Promise<void> {
    const { log, stateDir } = this.surroundings;
    if (stateDir !== null) await this.takeOver(stateDir);
    if (this.isClosed) return;
    this.journal = new Journal(this.storage.store, () => this.scheduler.states.values(), log);
    this.scheduler = new Scheduler(this.view, this.storage.states);
    const now = Date.now();
    this.perform(this.scheduler.setJobs(this.listSpecs(), now));
    this.perform(this.scheduler.boot(now));
    this.isReady = true;
    this.resolveReady();
  }

  private async takeOver(stateDir: string): Promise<void> {
    const { log } = this.surroundings;
    try {
      makeFolder(stateDir, 0o755);
      const path = join(stateDir, "jobs.lock");
      this.unlock = await lockState(path, this.waiting.signal, () =>
        log(`another longshored runs the jobs of ${stateDir}; this one takes over when it ends`),
      );
      if (!this.isClosed) this.storage = await openJobStorage(stateDir, log);
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
      log(`cannot keep the state of the jobs in ${stateDir} (${reason}): missed runs are not made up for`);
    }
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
    for (const live of this.live.values()) live.cause ??= "shutdown";
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

  /** Resolves when a run has ended and its actions have been carried out, or when it is clear that it never begins. */
  waitFor(job: string, run: number): Promise<void> {
    return new Promise((resolve) => {
      const key = `${job}#${run}`;
      this.waiters.set(key, [...(this.waiters.get(key) ?? []), resolve]);
    });
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
    const [entry] = this.supervisor.fleet.membersOf(job);
    return entry === undefined ? null : findBlocker(entry.spec.settings, this.supervisor.fleet.membersOf);
  }

  private pauseOf(job: string): string | null {
    const [entry] = this.supervisor.fleet.membersOf(job);
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
      if (record.type === "dropped") this.settle(record.job, record.run);
    }
    for (const event of listRunEvents(decision)) this.events.emit("run", event);
    const isFollowed = (job: string, run: number): boolean =>
      ends.some((end) => end.spec.job === job && end.run.run === run);
    for (const record of records) {
      if (record.type === "ended" && !isFollowed(record.job, record.run)) this.settle(record.job, record.run);
    }
    for (const { job, run, cause } of cancels) this.cancel(job, run, cause);
    for (const end of ends) this.track(this.afterEnd(end).finally(() => this.release(end)));
    for (const start of starts) this.track(this.start(start));
  }

  /** One timer for all jobs. */
  private arm(): void {
    this.cancelAlarm();
    if (this.isClosed) return;
    const wake = this.scheduler.nextWake(Date.now());
    if (wake === null) return;
    this.cancelAlarm = setAlarm(new Date(wake), () => this.perform(this.scheduler.tick(Date.now())));
  }

  private async start({ spec, run }: RunStart): Promise<void> {
    if (this.isClosed) {
      this.perform(this.scheduler.notStarted(spec.job, run.run, Date.now()));
      return;
    }
    const entry = this.findSlot(spec.job);
    if (entry === undefined) {
      const none = { code: null, signal: null };
      this.perform(this.scheduler.ended(spec.job, run.run, none, false, "removed", Date.now()));
      this.settle(spec.job, run.run);
      return;
    }
    const rid = randomUUID();
    const log = RunLog.of(this.storage.logFolder(spec.job), run.run, this.surroundings.log);
    const unfollow = entry.capture.follow(({ bytes }) => log.write(bytes));
    let cancelLimit = (): void => {};
    const stop = (): void => {
      unfollow();
      cancelLimit();
    };
    const live: LiveRun = {
      ...{ job: spec.job, run, entry, log, rid, stop },
      ...{ cause: null, generation: entry.instance.generation, isEnding: false },
    };
    this.live.set(entry, live);
    await this.rememberFiles(entry);
    if (spec.timeout !== null) {
      cancelLimit = setTimeLimit(spec.timeout, () => this.cancel(spec.job, run.run, "timeout"));
    }
    pingStart(entry.spec, run, rid, this.surroundings.log);
    entry.runVariables = runVariables(spec.job, run);
    this.supervisor.dispatch(entry, { type: "run" });
  }

  /** The job's own instance; where runs overlap, further ones for as long as they last. */
  private findSlot(job: string): Entry | undefined {
    const [first, ...more] = this.supervisor.fleet.membersOf(job);
    const free = [first, ...more].find((entry) => entry !== undefined && !this.live.has(entry));
    if (first === undefined || free !== undefined) return free;
    const index = more.length + 2;
    const { spec } = first;
    const slot = this.supervisor.add({ ...spec, id: `${job}#${index}`, name: `${job}_${index}`, index });
    this.supervisor.dispatch(slot, { type: "start" });
    return slot;
  }

  /** What `if_changed` compares with after the very first run: the files before it. */
  private async rememberFiles({ spec }: Entry): Promise<void> {
    const files = watchedFiles([...listActions(spec, "on_success"), ...listActions(spec, "on_failure")]);
    const seen = this.scheduler.states.get(spec.task)?.seenFiles ?? {};
    if (files.every((file) => file in seen)) return;
    const now = await digestFiles(files.filter((file) => !(file in seen)));
    await this.carryOut(this.scheduler.filesSeen(spec.task, { ...seen, ...now }, Date.now()));
  }

  private cancel(job: string, run: number, cause: EndCause): void {
    for (const live of this.live.values()) {
      if (live.job !== job || live.run.run !== run || live.isEnding) continue;
      live.cause ??= cause;
      this.supervisor.dispatch(live.entry, { type: "cancel" });
    }
  }

  private changed(entry: Entry, before: Instance): void {
    const live = this.live.get(entry);
    if (live !== undefined) this.follow(live);
    const { spec, instance } = entry;
    if (spec.settings.kind === "job" && before.wanted && !instance.wanted && !this.isClosed) {
      this.perform(this.scheduler.stopped(spec.task, Date.now()));
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

  /** Notes that the last process of a run has ended. */
  private follow(live: LiveRun): void {
    const { instance } = live.entry;
    const isStopped = instance.afterStop === "stay" || instance.afterStop === "start";
    if (instance.state === "stopping" && isStopped) live.cause ??= "stopped";
    if (isActive(instance) || live.isEnding || instance.generation === live.generation) return;
    live.isEnding = true;
    this.track(this.finish(live));
  }

  private async finish(live: LiveRun): Promise<void> {
    const { entry, job, run, cause } = live;
    const exit = entry.instance.exit ?? { code: 127, signal: null };
    const { startedAt } = entry.instance;
    const endedAt = Date.now();
    await entry.capture.settle(outputPatience);
    live.stop();
    await live.log.close();
    this.live.delete(entry);
    const success = isSuccess(exit, entry.spec.settings);
    this.ended.set(`${job}#${run.run}`, live);
    await this.carryOut(this.scheduler.ended(job, run.run, exit, success, cause, endedAt, startedAt));
    if (entry.spec.index > 1 && !this.live.has(entry)) this.supervisor.remove(entry);
  }

  private async afterEnd(end: RunEnd): Promise<void> {
    const { spec, run, isFinal } = end;
    const key = `${spec.job}#${run.run}`;
    const live = this.ended.get(key);
    this.ended.delete(key);
    const [entry] = this.supervisor.fleet.membersOf(spec.job);
    if (entry === undefined) return;
    const { log } = this.surroundings;
    pingEnd(entry.spec, end, live?.rid ?? randomUUID(), live?.log.tail() ?? "", log);
    this.track(this.pruneLogs(spec.job));
    if (!isFinal || this.isClosed) return;
    const isFailure =
      run.outcome === "failed" || run.outcome === "timed_out" || run.outcome === "interrupted";
    if (run.outcome !== "succeeded" && !isFailure) return;
    const actions = listActions(entry.spec, isFailure ? "on_failure" : "on_success");
    if (actions.length === 0) return;
    const seen = this.scheduler.states.get(spec.job)?.seenFiles ?? null;
    await followUp(this.actions.portFor(entry, this), entry.spec, actions, run, {
      seen,
      remember: (files) =>
        this.perform(this.scheduler.filesSeen(spec.job, { ...seen, ...files }, Date.now())),
    });
  }

  private async pruneLogs(job: string): Promise<void> {
    const folder = this.storage.logFolder(job);
    const state = this.scheduler.states.get(job);
    if (folder === null || state === undefined) return;
    const kept = [...state.past, ...state.active].map(({ run }) => run);
    // A run that begins meanwhile has a higher number than any that is known.
    const newest = Math.max(0, ...kept);
    await pruneRunLogs(folder, (run) => run > newest || kept.includes(run));
  }

  /** Whoever waits for a run waits for its actions, too. */
  private release({ spec, run }: RunEnd): void {
    this.settle(spec.job, run.run);
  }

  private settle(job: string, run: number): void {
    const key = `${job}#${run}`;
    for (const resolve of this.waiters.get(key) ?? []) resolve();
    this.waiters.delete(key);
  }
}
