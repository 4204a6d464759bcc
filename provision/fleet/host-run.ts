import {
  CommandError,
  type Connection,
  ConnectionLostError,
  UnreachableError,
} from "../connection/connection.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import type { Action, ActionContext, Planner } from "./action.ts";
import type { Connections } from "./connections.ts";
import { type Listener, secondsSince } from "./event.ts";
import { describeError } from "./host-error.ts";
import { type Interrupt, InterruptedError } from "./interrupt.ts";
import type { HostFailure, HostOutcome, PendingChange } from "./outcome.ts";
import { untilAborted } from "./until-aborted.ts";
import { summarizeArgv, watchConnection } from "./watched-connection.ts";

/** Keeps a record of a change on the host itself. Never throws. */
export type RecordChange = (
  change: { step: string; status: "done" | "failed"; seconds: number },
  connection: Connection,
) => Promise<void>;

/** What a display of one action is told beside the events. */
export interface Line {
  progress(line: string): void;
  rename(title: string): void;
}

/** The work on one host: connect, plan, and apply the actions one by one. */
export class HostRun {
  private started = performance.now();
  private ended: number | undefined;
  private changes: string[] = [];
  private pending: PendingChange[] = [];
  private step = "connect";
  private error: unknown;
  private skipped = false;

  constructor(
    readonly host: InventoryHost,
    readonly options: {
      connections: Connections;
      planner: Planner;
      listen: Listener;
      check: boolean;
      interrupt?: Interrupt;
      record?: RecordChange;
    },
  ) {}

  get hasFailed(): boolean {
    return this.error !== undefined;
  }

  /** Connects, reads what is there and returns what has to be done. */
  async plan(line: Line): Promise<Action[]> {
    this.started = performance.now();
    const { connections, planner, interrupt } = this.options;
    const planning = this.guard(async () => {
      line.progress("connecting");
      const connection = await connections.get(this.host, () => {
        const text = "waiting for the host to boot";
        line.progress(text);
        this.options.listen({ host: this.host.name, event: "message", step: "connect", text });
      });
      this.step = "reading facts";
      line.progress("reading facts");
      const actions = await planner(this.watch(connection));
      if (!this.options.check) return actions;
      const changes = actions.filter(({ isCheck }) => isCheck !== true);
      this.pending = changes.map(({ title, details }) => ({ title, details: details ?? [] }));
      if (actions.some(({ rehearse }) => rehearse !== undefined)) await this.rehearse(actions, line);
      return actions;
    });
    // Nothing is being changed yet: no reason to wait for an answer.
    const actions = await untilAborted(planning, interrupt?.stop).catch((error: unknown) => {
      this.error ??= error;
      this.finish();
      throw error;
    });
    if (!this.options.check) {
      if (actions.length === 0) this.finish();
      return actions;
    }
    this.finish();
    return actions.filter(({ isCheck }) => isCheck !== true);
  }

  /**
   * Finds out, for `--check`, whether each action would get through, and what is only looked at is good; where that is not so,
   * the host has failed.
   */
  private async rehearse(actions: readonly Action[], line: Line): Promise<void> {
    const changes = actions.filter(({ isCheck }) => isCheck !== true);
    for (const action of actions) {
      this.step = action.title;
      const details = await action.rehearse?.(this.contextOf(action, line));
      const index = changes.indexOf(action);
      if (details !== undefined && index >= 0) this.pending[index] = { title: action.title, details };
    }
  }

  private contextOf(action: Action, line: Line, note: (text: string) => void = () => {}): ActionContext {
    const { listen } = this.options;
    const tell = (text: string) => {
      line.progress(text);
      listen({ host: this.host.name, event: "message", step: action.title, text });
    };
    return { progress: line.progress, tell, note };
  }

  async apply(action: Action, line: Line): Promise<void> {
    const { listen, interrupt } = this.options;
    const host = this.host.name;
    if (interrupt?.stop.aborted) {
      this.error ??= new InterruptedError();
      this.finish();
      throw this.error;
    }
    this.step = action.title;
    let title = action.title;
    const started = performance.now();
    listen({ host, event: "step_started", step: title });
    const end = (status: "done" | "failed", changed: boolean) => {
      const seconds = secondsSince(started);
      listen({ host, event: "step_finished", step: title, status, changed, seconds });
      return { step: title, status, seconds };
    };
    try {
      const result = await this.guard(() =>
        action.run(
          this.contextOf(action, line, (text) => {
            title = `${title} (${text})`;
            line.rename(title);
          }),
        ),
      );
      const changed = action.isChange && result !== false;
      if (changed) this.changes.push(title);
      const done = end("done", changed);
      if (changed) await this.record(done);
    } catch (error) {
      const failed = end("failed", false);
      // A host that is gone is not waited for once more, only to write that down.
      const isGone = error instanceof UnreachableError || error instanceof ConnectionLostError;
      if (action.isChange && !isGone) await this.record(failed);
      this.finish();
      throw error;
    }
  }

  /** The host is not begun with. */
  skip(): void {
    this.skipped = true;
    this.finish();
  }

  /** Called once, when nothing more happens on the host. */
  finish(): void {
    if (this.ended !== undefined) return;
    this.ended = performance.now();
    this.options.listen({ host: this.host.name, event: "host_finished", outcome: this.outcome() });
  }

  outcome(): HostOutcome {
    const seconds = secondsSince(this.started, this.ended);
    const base = { host: this.host.name, changes: this.changes, seconds };
    if (this.skipped)
      return {
        ...base,
        status: this.options.interrupt?.stop.aborted ? "interrupted" : "skipped",
        seconds: 0,
      };
    const planned = this.pending.length > 0 ? { ...base, pending: this.pending } : base;
    if (this.error !== undefined)
      return { ...planned, status: statusOf(this.error), error: describeFailure(this.step, this.error) };
    if (this.pending.length > 0) return { ...planned, status: "pending" };
    return { ...base, status: this.changes.length > 0 ? "changed" : "ok" };
  }

  private watch(connection: Connection): Connection {
    return watchConnection(connection, this.options.listen, this.options.interrupt?.leave);
  }

  private async record(change: { step: string; status: "done" | "failed"; seconds: number }): Promise<void> {
    const { record, connections, interrupt } = this.options;
    if (record === undefined) return;
    const connection = await connections.get(this.host);
    await record(
      change,
      watchConnection(connection, () => {}, interrupt?.leave),
    );
  }

  private async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.error ??= error;
      throw error;
    }
  }
}

function statusOf(error: unknown): HostOutcome["status"] {
  if (error instanceof InterruptedError) return "interrupted";
  return error instanceof UnreachableError ? "unreachable" : "failed";
}

function describeFailure(step: string, error: unknown): HostFailure {
  const failure = { step, ...describeError(error) };
  if (!(error instanceof CommandError)) return failure;
  const { argv, result } = error;
  const stderr = result.stderr.trim().slice(-4000);
  return { ...failure, command: { line: summarizeArgv(argv), exit_code: result.code, stderr } };
}
