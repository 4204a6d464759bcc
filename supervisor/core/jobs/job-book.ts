import { applyRecord, newJobState } from "./apply-record.ts";
import { type Decision, noDecision } from "./decision.ts";
import { nextDue } from "./due-times.ts";
import type { JobRecord, JobState } from "./job-record.ts";
import type { JobSpec } from "./job-spec.ts";

interface CachedDue {
  readonly spec: JobSpec;
  readonly cursor: number;
  readonly lastDue: number | null;
  readonly due: number | null;
}

/** The jobs, what is remembered of each, and the decision that is being made. */
export class JobBook {
  /** the jobs of the present file */
  specs: ReadonlyMap<string, JobSpec> = new Map();
  readonly states = new Map<string, JobState>();
  /** jobs that have runs waiting */
  readonly waiting = new Set<string>();
  private readonly dueCache = new Map<string, CachedDue>();
  private groups = new Map<string, string[]>();
  private decision: Decision = noDecision();

  constructor(states: Iterable<JobState>) {
    for (const state of states) this.put(state);
  }

  setSpecs(specs: readonly JobSpec[]): void {
    this.specs = new Map(specs.map((spec) => [spec.job, spec]));
    this.groups = new Map();
    for (const { job, group } of specs) {
      if (group !== null) this.groups.set(group.name, [...(this.groups.get(group.name) ?? []), job]);
    }
  }

  stateOf(job: string): JobState {
    return this.states.get(job) ?? newJobState(job, 0);
  }

  /** Notes that something happened, in the state and in the decision. */
  note(record: JobRecord): void {
    const before = this.states.get(record.job) ?? newJobState(record.job, record.at);
    this.put(applyRecord(before, record, this.specs.get(record.job)?.history ?? 1_000));
    this.decision.records.push(record);
  }

  /** The decision so far; the next one begins. */
  takeDecision(): Decision {
    const taken = this.decision;
    this.decision = noDecision();
    return taken;
  }

  get current(): Decision {
    return this.decision;
  }

  /** Whether another run of a job's group may begin. */
  hasRoom({ group }: JobSpec): boolean {
    if (group === null) return true;
    const members = this.groups.get(group.name) ?? [];
    return members.reduce((sum, job) => sum + this.stateOf(job).active.length, 0) < group.max;
  }

  /** The first due time that has not been dealt with. */
  nextDueOf(spec: JobSpec): number | null {
    const { cursor, lastDue } = this.stateOf(spec.job);
    const cached = this.dueCache.get(spec.job);
    if (cached?.spec === spec && cached.cursor === cursor && cached.lastDue === lastDue) return cached.due;
    const due = nextDue(spec, cursor, lastDue);
    this.dueCache.set(spec.job, { spec, cursor, lastDue, due });
    return due;
  }

  private put(state: JobState): void {
    this.states.set(state.job, state);
    if (state.pending.length > 0) this.waiting.add(state.job);
    else this.waiting.delete(state.job);
  }
}
