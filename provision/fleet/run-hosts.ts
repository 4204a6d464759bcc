import { Listr, type ListrTask, type ListrTaskWrapper } from "listr2";
import { makeOneLine, makePlain } from "../../shared/visible-text.ts";
import type { InventoryHost } from "../inventory/inventory.ts";
import { type Display, listrOptions } from "../ui/display.ts";
import { printPlainLine } from "../ui/plain-line.ts";
import type { Action, Planner } from "./action.ts";
import type { Connections } from "./connections.ts";
import type { Listener, RunEvent } from "./event.ts";
import { HostRun, type Line, type RecordChange } from "./host-run.ts";
import type { Interrupt } from "./interrupt.ts";
import type { HostOutcome } from "./outcome.ts";
import { countOf, type Share, splitBatches } from "./share.ts";

type Task = ListrTaskWrapper<unknown, never, never>;

export interface RunOptions {
  display: Display;
  /** hosts worked on at the same time */
  forks: number;
  /** only plan: nothing is changed on any host */
  check: boolean;
  /** sizes of batches, one after the other; all hosts in one by default */
  serial?: readonly Share[];
  /** so many hosts may fail before no further host is begun; by default the others go on whatever fails */
  maxFail?: Share;
  interrupt?: Interrupt;
  /** told everything that happens */
  listen?: Listener;
  /** the plain display shows commands too */
  verbose?: boolean;
  record?: RecordChange;
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
  const listen = listenerFor(options);
  const runs = hosts.map(
    (host) => new HostRun(host, { ...options, connections, planner: planner(host), listen }),
  );
  const mayBegin = () => {
    const limit = options.maxFail === undefined ? Infinity : countOf(options.maxFail, hosts.length);
    return !options.interrupt?.stop.aborted && runs.filter((run) => run.hasFailed).length <= limit;
  };
  const serial = options.serial ?? [];
  let lostBatch = false;
  for (const batch of splitBatches(runs, serial)) {
    if (lostBatch || !mayBegin()) {
      for (const run of batch) run.skip();
      continue;
    }
    await runBatch(batch, mayBegin, options);
    // As Ansible has it: where a whole batch is lost, the next one is not risked.
    lostBatch = serial.length > 0 && batch.every((run) => run.hasFailed);
  }
  return runs.map((run) => run.outcome());
}

async function runBatch(runs: HostRun[], mayBegin: () => boolean, options: RunOptions): Promise<void> {
  const tasks = runs.map((run) => ({
    title: run.host.name,
    task: (_: unknown, task: Task) => {
      if (mayBegin()) return runHost(run, task, options.check);
      run.skip();
      return task.skip(`${run.host.name}: not begun`);
    },
  }));
  const { display, forks } = options;
  await new Listr(
    tasks as ListrTask[],
    listrOptions(display, { concurrent: forks, exitOnError: false }),
  ).run();
  for (const run of runs) run.finish();
}

async function runHost(run: HostRun, task: Task, check: boolean): Promise<unknown> {
  const host = run.host.name;
  const actions = await shown(task, () => run.plan(lineOf(task)));
  if (actions.length === 0 || check) {
    task.title = `${host}: ${actions.length === 0 ? "nothing to change" : "would change"}`;
    return undefined;
  }
  const subtasks = actions.map((action: Action, index) => ({
    title: makeOneLine(action.title),
    task: async (_: unknown, subtask: Task) => {
      await shown(subtask, () => run.apply(action, lineOf(subtask)));
      if (index === actions.length - 1) run.finish();
    },
  }));
  return task.newListr(subtasks as never, { concurrent: false, exitOnError: true });
}

function lineOf(task: Task): Line {
  return {
    progress: (line) => {
      task.output = makeOneLine(line);
    },
    rename: (title) => {
      task.title = makeOneLine(title);
    },
  };
}

/** In the tree, a failure stands on the line of its step; the summary has the rest. */
async function shown<T>(task: Task, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    task.output = "";
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${task.title}: ${makePlain(message).split("\n")[0]}`, { cause: error });
  }
}

function listenerFor({ display, listen, verbose = false }: RunOptions): Listener {
  return (event: RunEvent) => {
    if (display === "plain") printPlainLine(event, verbose);
    listen?.(event);
  };
}
