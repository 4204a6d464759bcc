import type { Exit } from "../../../../../supervisor/core/instance.ts";
import type { Decision, EndCause, RunEnd } from "../../../../../supervisor/core/jobs/decision.ts";
import type { JobRecord, JobState } from "../../../../../supervisor/core/jobs/job-record.ts";
import type { JobSpec } from "../../../../../supervisor/core/jobs/job-spec.ts";
import { Scheduler } from "../../../../../supervisor/core/jobs/scheduler.ts";

/** A job with the settings that tasks.yaml gives it when it names none. */
export function job(name: string, settings: Partial<JobSpec> = {}): JobSpec {
  const spec: JobSpec = {
    job: name,
    schedule: [],
    every: null,
    timezone: "UTC",
    offset: 0,
    catchUp: true,
    catchUpLimit: null,
    overlap: "skip",
    queueLimit: 3,
    timeout: null,
    retries: { count: 0, initial: 10_000, factor: 2, limit: 600_000, jitter: 0 },
    group: null,
    history: 50,
    overdueAfter: 3_600_000,
    offReason: null,
    fingerprint: "",
    ...settings,
  };
  return { ...spec, fingerprint: JSON.stringify([spec.schedule, spec.every, spec.timezone, spec.offReason]) };
}

export interface StartedRun {
  readonly job: string;
  readonly run: number;
  readonly due: string | null;
  readonly trigger: string;
  readonly attempt: number;
  readonly at: string;
}

interface Process {
  readonly job: string;
  readonly run: number;
  /** on the clock that never jumps */
  readonly endsAt: number;
  readonly code: number;
  cause: EndCause | null;
}

const nap = 60_000;

/** A machine with a clock that can be turned, whose processes take as long as they are told. */
export class World {
  scheduler: Scheduler;
  readonly started: StartedRun[] = [];
  readonly ended: RunEnd[] = [];
  readonly records: JobRecord[] = [];
  blockers = new Map<string, string>();
  paused = new Set<string>();
  /** how long the runs of a job take (ms), and what they exit with */
  duration: (job: string, run: number) => number = () => 1_000;
  exitCode: (job: string, run: number) => number = () => 0;
  private processes: Process[] = [];
  /** time that only goes forward */
  private uptime = 0;

  constructor(
    public now: number,
    private specs: readonly JobSpec[],
    states: Iterable<JobState> = [],
  ) {
    this.scheduler = this.newScheduler(states);
    this.boot();
  }

  private newScheduler(states: Iterable<JobState>): Scheduler {
    return new Scheduler(
      {
        blockerOf: (name) => this.blockers.get(name) ?? null,
        pauseOf: (name) => (this.paused.has(name) ? "the job is stopped" : null),
      },
      states,
    );
  }

  private boot(): void {
    this.perform(this.scheduler.setJobs(this.specs, this.now));
    this.perform(this.scheduler.boot(this.now));
  }

  reload(specs: readonly JobSpec[]): void {
    this.specs = specs;
    this.perform(this.scheduler.setJobs(specs, this.now));
  }

  /** The supervisor ends with all processes, and begins again later with what it remembers. */
  restartAfter(milliseconds: number): void {
    this.processes = [];
    this.now += milliseconds;
    this.uptime += milliseconds;
    this.scheduler = this.newScheduler(this.scheduler.states.values());
    this.boot();
  }

  /** The clock shows another time; nobody is told. */
  setClock(time: string): void {
    this.now = Date.parse(time);
  }

  request(name: string): { ok: boolean; reason?: string } {
    const requested = this.scheduler.request(name, "manual", this.now);
    if (requested.ok) this.perform(requested.decision);
    return requested;
  }

  release(name: string): void {
    this.blockers.delete(name);
    this.perform(this.scheduler.dependenciesChanged(this.now));
  }

  /** Lets time pass until the clock shows `time`, as far as the clock is not turned. */
  runUntil(time: string): void {
    const end = this.uptime + Date.parse(time) - this.now;
    while (this.step(end));
  }

  runFor(milliseconds: number): void {
    const end = this.uptime + milliseconds;
    while (this.step(end));
  }

  private step(end: number): boolean {
    const wake = this.scheduler.nextWake(this.now);
    const untilWake = wake === null ? Number.POSITIVE_INFINITY : Math.min(Math.max(wake - this.now, 0), nap);
    const [process] = this.processes.toSorted((a, b) => a.endsAt - b.endsAt);
    const untilEnd = process === undefined ? Number.POSITIVE_INFINITY : process.endsAt - this.uptime;
    const wait = Math.min(untilWake, untilEnd);
    if (this.uptime + wait > end) {
      this.pass(end - this.uptime);
      return false;
    }
    this.pass(wait);
    if (process !== undefined && untilEnd <= untilWake) this.endProcess(process);
    else this.perform(this.scheduler.tick(this.now));
    return true;
  }

  private pass(milliseconds: number): void {
    this.uptime += milliseconds;
    this.now += milliseconds;
  }

  private endProcess(process: Process): void {
    this.processes = this.processes.filter((other) => other !== process);
    const { job: name, run, code, cause } = process;
    const exit: Exit = cause === null ? { code, signal: null } : { code: null, signal: "SIGTERM" };
    this.perform(this.scheduler.ended(name, run, exit, exit.code === 0, cause, this.now));
  }

  private perform({ records, starts, cancels, ends }: Decision): void {
    this.records.push(...records);
    this.ended.push(...ends);
    for (const { job: name, run, cause } of cancels) {
      const index = this.processes.findIndex((process) => process.job === name && process.run === run);
      const process = this.processes[index];
      if (process !== undefined) this.processes[index] = { ...process, endsAt: this.uptime, cause };
    }
    for (const { spec, run } of starts) {
      const due = run.due === null ? null : iso(run.due);
      this.started.push({ ...run, job: spec.job, due, at: iso(this.now) });
      const takes = this.duration(spec.job, run.run);
      const cause = spec.timeout !== null && takes > spec.timeout ? "timeout" : null;
      const endsAt = this.uptime + Math.min(takes, spec.timeout ?? takes);
      this.processes.push({
        job: spec.job,
        run: run.run,
        endsAt,
        code: this.exitCode(spec.job, run.run),
        cause,
      });
    }
  }

  /** When each run of a job began. */
  startsOf(name: string): string[] {
    return this.started.filter((run) => run.job === name).map((run) => run.at);
  }

  /** The history of a job, the oldest first: run, trigger, outcome. */
  historyOf(name: string): string[] {
    return (this.scheduler.states.get(name)?.past ?? []).map(
      ({ run, trigger, outcome, count }) => `${run} ${trigger} ${outcome}${count > 1 ? ` x${count}` : ""}`,
    );
  }
}

export function iso(time: number): string {
  return new Date(time).toISOString().replace(".000Z", "Z");
}
