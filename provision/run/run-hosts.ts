import { Listr, type ListrTask, type ListrTaskWrapper } from "listr2";
import { formatError, UserError } from "../../supervisor/config/user-error.ts";
import { UnreachableError } from "../connection/connection.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { type Display, listrOptions } from "../ui/display.ts";
import type { Action, Planner } from "./action.ts";
import type { Connections } from "./connections.ts";
import type { HostOutcome, PendingChange } from "./outcome.ts";

type Task = ListrTaskWrapper<unknown, never, never>;

export interface RunOptions {
  display: Display;
  /** hosts worked on at the same time */
  forks: number;
  /** only plan: nothing is changed on any host */
  check: boolean;
}

/**
 * Plans and applies on every host, hosts in parallel, the actions of a host in order. The first failing action ends
 * its host; the others go on. Never throws for a host.
 */
export async function runHosts(
  hosts: InventoryHost[],
  connections: Connections,
  planner: (host: InventoryHost) => Planner,
  options: RunOptions,
): Promise<HostOutcome[]> {
  const runs = hosts.map((host) => new HostRun(host, connections, planner(host), options.check));
  const tasks = runs.map((run) => ({
    title: run.host.name,
    task: (_: unknown, task: Task) => run.start(task),
  }));
  await new Listr(
    tasks as ListrTask[],
    listrOptions(options.display, { concurrent: options.forks, exitOnError: false }),
  ).run();
  return runs.map((run) => run.outcome());
}

class HostRun {
  readonly #started = performance.now();
  #ended = this.#started;
  #changes: string[] = [];
  #pending: PendingChange[] = [];
  #step = "connect";
  #error: unknown;

  constructor(
    readonly host: InventoryHost,
    readonly connections: Connections,
    readonly planner: Planner,
    readonly check: boolean,
  ) {}

  async start(task: Task): Promise<unknown> {
    const actions = await this.#guard(task, async () => {
      task.output = "connecting";
      const connection = await this.connections.get(this.host);
      this.#step = "reading facts";
      task.output = "reading facts";
      return this.planner(connection);
    });
    this.#ended = performance.now();
    if (actions.length === 0) {
      task.title = `${this.host.name}: nothing to change`;
      return undefined;
    }
    if (this.check) {
      this.#pending = actions.map(({ title, details }) => ({ title, details: details ?? [] }));
      task.title = `${this.host.name}: would change`;
      return undefined;
    }
    const subtasks = actions.map((action) => ({
      title: action.title,
      task: (_: unknown, subtask: Task) => this.#guard(subtask, () => this.#apply(action, subtask)),
    }));
    return task.newListr(subtasks as never, { concurrent: false, exitOnError: true });
  }

  outcome(): HostOutcome {
    const seconds = Math.round((this.#ended - this.#started) / 10) / 100;
    const base = { host: this.host.name, changes: this.#changes, seconds };
    if (this.#pending.length > 0) return { ...base, status: "pending", pending: this.#pending };
    if (this.#error === undefined) return { ...base, status: this.#changes.length > 0 ? "changed" : "ok" };
    const { code, message, hint } = describeError(this.#error);
    const status = this.#error instanceof UnreachableError ? "unreachable" : "failed";
    return { ...base, status, error: { step: this.#step, code, message, hint } };
  }

  async #apply(action: Action, task: Task): Promise<void> {
    this.#step = action.title;
    let title = action.title;
    await action.run({
      progress: (line) => {
        task.output = line;
      },
      note: (text) => {
        title = `${title} (${text})`;
        task.title = title;
      },
    });
    if (action.isChange) this.#changes.push(title);
    this.#ended = performance.now();
  }

  async #guard<T>(task: Task, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#error = error;
      this.#ended = performance.now();
      task.output = "";
      throw new Error(`${task.title}: ${describeError(error).message.split("\n")[0]}`, { cause: error });
    }
  }
}

function describeError(error: unknown): { code: string; message: string; hint?: string } {
  if (error instanceof UserError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: "bug", message: formatError(error), hint: "this is a bug of longshore: please report it" };
}
