import type { JobAction } from "../../config/task/job-action.ts";
import type { Entry } from "../entry.ts";
import { sendSignal } from "../process/process-group.ts";
import { runAside } from "../process/run-aside.ts";
import type { Supervisor } from "../supervisor.ts";
import type { Surroundings } from "../surroundings.ts";
import type { ActionPort } from "./follow-up.ts";

/** How long a command of an action may take (ms). */
const commandTimeout = 600_000;

type TaskAction = Extract<JobAction, { type: "task" | "signal" }>;

/** Carries out what follows a run. */
export class JobActions {
  constructor(
    private readonly supervisor: Supervisor,
    private readonly surroundings: Pick<Surroundings, "spawner" | "log">,
  ) {}

  portFor(
    entry: Entry,
    jobs: { request(job: string, trigger: "action"): { run: number } | { reason: string } },
  ): ActionPort {
    const { log, spawner } = this.surroundings;
    return {
      log,
      actOnTask: async (action) =>
        action.type === "task" && action.verb === "run" ? this.runTask(action.task, jobs) : this.act(action),
      runCommand: (spec, argv, variables) => {
        const sinks = spec.stdout.filter((sink) => sink.kind === "inherit");
        const output = entry.capture.handle("stdout", spec, sinks);
        return runAside(spawner, spec, {
          argv,
          timeout: commandTimeout,
          environment: variables,
          output,
          onReaders: (readers) => entry.capture.attach(readers),
        });
      },
    };
  }

  private runTask(
    task: string,
    jobs: { request(job: string, trigger: "action"): { run: number } | { reason: string } },
  ): string | null {
    const [entry] = this.supervisor.entries.ofTask(task);
    if (entry?.spec.settings.kind === "oneshot") {
      this.supervisor.dispatch(entry, { type: "run" });
      return null;
    }
    const requested = jobs.request(task, "action");
    return "reason" in requested ? requested.reason : null;
  }

  private async act(action: TaskAction): Promise<string | null> {
    const entries = this.supervisor.entries.ofTask(action.task);
    if (entries.length === 0) return "there is no such task";
    const failures = await Promise.all(entries.map((entry) => this.actOn(entry, action)));
    return failures.find((failure) => failure !== null) ?? null;
  }

  private async actOn(entry: Entry, action: TaskAction): Promise<string | null> {
    if (action.type === "signal") {
      const { pid } = entry.instance;
      return pid !== null && sendSignal(pid, action.signal) ? null : `${entry.spec.name} is not running`;
    }
    switch (action.verb) {
      case "reload":
        return this.reload(entry);
      case "stop":
        this.supervisor.dispatch(entry, { type: "stop" });
        return null;
      default:
        if (entry.spec.offReason !== null) return entry.spec.offReason;
        if (!this.supervisor.isClosing)
          this.supervisor.dispatch(entry, { type: action.verb === "restart" ? "restart" : "start" });
        return null;
    }
  }

  private async reload(entry: Entry): Promise<string | null> {
    const { spec, instance } = entry;
    if (instance.pid === null) return `${spec.name} is not running`;
    const { reload_signal: signal } = spec.settings;
    if (signal !== undefined) return sendSignal(instance.pid, signal) ? null : `${spec.name} has just ended`;
    const problem = await this.supervisor.runCommand(entry, "reload_command");
    return problem === null ? null : `its reload_command failed: ${problem}`;
  }
}
