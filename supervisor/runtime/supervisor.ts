import { EventEmitter } from "node:events";
import type { Plan } from "../config/files/load.ts";
import type { InstanceSpec } from "../config/instance-spec.ts";
import type { Sink } from "../config/task/log.ts";
import { findBlocker } from "../core/dependencies.ts";
import type { Effect, Event } from "../core/event.ts";
import { type Exit, type Instance, isActive } from "../core/instance.ts";
import { transition } from "../core/transition.ts";
import { Entries } from "./entries.ts";
import { type Entry, leaveCgroup, markOf } from "./entry.ts";
import { Prober } from "./health/prober.ts";
import { watchForLine, watchForNotification } from "./health/readiness-watch.ts";
import { MemoryWatch } from "./memory-watch.ts";
import { LogFiles } from "./output/log-files.ts";
import type { StreamReader } from "./output/stream-reader.ts";
import type { StreamName } from "./output/tail-buffer.ts";
import type { StopWay } from "./process/leftovers/earlier.ts";
import { findLeftovers } from "./process/leftovers/find-leftovers.ts";
import { GroupWatch } from "./process/leftovers/group-watch.ts";
import type { Leftovers } from "./process/leftovers/leftovers.ts";
import { runAside } from "./process/run-aside.ts";
import { steadyNow, toClockTime } from "./steady-clock.ts";
import type { Surroundings } from "./surroundings.ts";
import { setTimeLimit } from "./time/time-limit.ts";

/** How long a process is given to stop where no task says (ms). */
const usualGrace = 10_000;

/** Called after every change of an instance, with what it was before. */
export type ChangeListener = (entry: Entry, before: Instance) => void;

/** The interpreter: feeds events to the state machine of each instance, one at a time, and performs the effects. */
export class Supervisor {
  readonly entries: Entries;
  readonly memory: MemoryWatch;
  private readonly beganAt = steadyNow();
  plan: Plan;
  /** nothing is started any more */
  isClosing = false;
  /** what wants to be up from the beginning has been asked to start */
  hasBegun = false;
  private readonly changes = new EventEmitter<{ change: [Entry, Instance] }>().setMaxListeners(0);
  private readonly leftovers: Leftovers;
  private readonly groups: GroupWatch;
  private readonly queue: { entry: Entry; event: Event }[] = [];
  private readonly waiting = new Set<Entry>();
  private isDraining = false;

  constructor(
    plan: Plan,
    private readonly surroundings: Surroundings,
  ) {
    this.plan = plan;
    this.entries = new Entries(surroundings.output, new LogFiles(surroundings.log));
    this.leftovers = findLeftovers(surroundings.reaper);
    this.groups = new GroupWatch(this.leftovers.anyAlive, (entry, generation) =>
      this.dispatch(entry, { type: "emptied", generation, at: steadyNow() }),
    );
    this.memory = new MemoryWatch(
      () => this.entries.all,
      (entry, bytes) => this.condemn(entry, `uses ${Math.round(bytes / 1_048_576)} MB of memory`),
    );
    for (const spec of plan.specs) this.add(spec);
    this.memory.update();
  }

  /** As the clock is set now. */
  get startedAt(): Date {
    return new Date(toClockTime(this.beganAt));
  }

  add(spec: InstanceSpec): Entry {
    return this.entries.add(spec);
  }

  /** Forgets an instance, which must have ended. */
  remove(entry: Entry): void {
    this.waiting.delete(entry);
    this.entries.remove(entry);
  }

  /** Starts every task that wants to be up from the beginning, each as soon as its dependencies allow. */
  autostart(entries: Iterable<Entry> = this.entries.all): void {
    this.hasBegun = true;
    for (const entry of entries) if (entry.spec.settings.autostart) this.start(entry);
  }

  /** Brings a task up, unless the environment that it requires is not there. */
  start(entry: Entry): void {
    if (entry.spec.offReason === null) this.dispatch(entry, { type: "start" });
  }

  /** Listens to every change until the result is called. */
  onChange(listener: ChangeListener): () => void {
    this.changes.on("change", listener);
    return () => this.changes.off("change", listener);
  }

  /** Takes an event to an instance and carries out what follows, after the events that came before it. */
  dispatch(entry: Entry, event: Event): void {
    this.queue.push({ entry, event });
    if (this.isDraining) return;
    this.isDraining = true;
    try {
      for (let next = this.queue.shift(); next !== undefined; next = this.queue.shift())
        this.handle(next.entry, next.event);
    } finally {
      this.isDraining = false;
    }
  }

  private handle(entry: Entry, event: Event): void {
    // Nobody would end what begins now, nor see it: an instance that leaves the plan is not wished for any more.
    if ((this.isClosing || entry.retired) && isWish(event)) return;
    if (isWish(event) || event.type === "stop") entry.stopOrder = undefined;
    if (entry.nextSpec !== null && endsProcess(event)) this.takeNextSpec(entry, entry.nextSpec);
    const before = entry.instance;
    const { instance, effects } = transition(before, event, entry.spec.settings);
    entry.instance = instance;
    if (instance.state !== "waiting") this.waiting.delete(entry);
    if (!isActive(instance)) leaveCgroup(entry);
    for (const effect of effects) this.perform(entry, effect);
    if (instance === before) return;
    this.changes.emit("change", entry, before);
    if (instance.state !== before.state || instance.health !== before.health)
      this.releaseWaiting(this.waiting);
  }

  /** Lets those go who wait for what is there: what they wait for may have been changed. */
  lookAgain(): void {
    this.releaseWaiting(this.waiting);
  }

  /** A task that was changed while it ran takes its new form as its process ends. */
  private takeNextSpec(entry: Entry, spec: InstanceSpec): void {
    entry.spec = spec;
    entry.nextSpec = null;
  }

  private perform(entry: Entry, effect: Effect): void {
    switch (effect.type) {
      case "await_dependencies":
        this.waiting.add(entry);
        this.releaseWaiting([entry]);
        break;
      case "spawn":
        this.spawn(entry, effect.generation);
        break;
      case "signal":
        this.leftovers.signal(entry, effect.signal);
        break;
      case "run_stop_command":
        void this.runStopCommand(entry);
        break;
      case "watch_group":
        this.groups.add(entry);
        break;
      case "arm":
        this.arm(entry, effect.milliseconds * (1 + Math.random() * effect.jitter));
        break;
      case "disarm":
        entry.cancelTimer();
        break;
      case "start_probes":
        this.startProbes(entry);
        break;
      case "stop_probes":
        entry.prober?.stop();
        break;
      case "shutdown":
        if (!this.isClosing)
          this.surroundings.requestShutdown(`${entry.spec.name}: ${effect.reason}`, effect.exitCode);
        break;
    }
  }

  private spawn(entry: Entry, generation: number): void {
    entry.group = null;
    entry.escaped = [];
    leaveCgroup(entry);
    const { spec, capture } = entry;
    const { readiness } = spec.settings;
    const onReady = (): void => this.dispatch(entry, { type: "ready", generation });
    const take = (stream: StreamName, sinks: readonly Sink[]) =>
      watchForLine(readiness, capture.handle(stream, spec, sinks), onReady, (fault) =>
        this.surroundings.log(`${spec.name}: ${fault}`),
      );
    const spawned = this.surroundings.spawner.spawn({
      spec,
      environment: entry.runVariables,
      argv: spec.argv,
      mark: markOf(entry),
      cgroup: spec.id,
      stdin: spec.settings.stdin,
      stdout: take("stdout", spec.stdout),
      stderr: spec.stderr === "stdout" ? "stdout" : take("stderr", spec.stderr),
      notify: watchForNotification(readiness, onReady),
      onExit: (exit) => this.exited(entry, generation, exit),
      onError: (reason) =>
        this.dispatch(entry, { type: "spawn_failed", generation, reason, at: steadyNow() }),
    });
    if (spawned === undefined) return;
    entry.group = spawned.pid;
    entry.cgroup = spawned.cgroup;
    capture.attach(spawned.readers);
    this.dispatch(entry, { type: "spawned", generation, pid: spawned.pid, at: steadyNow() });
  }

  private exited(entry: Entry, generation: number, exit: Exit): void {
    const groupEmpty = !this.leftovers.anyAlive(entry);
    this.dispatch(entry, { type: "exited", generation, exit, groupEmpty, at: steadyNow() });
  }

  /** Where it fails, the stop signal is sent after all; what is left after the grace period is killed. */
  private async runStopCommand(entry: Entry): Promise<void> {
    const { generation } = entry.instance;
    const problem = await this.runCommand(entry, "stop_command");
    if (problem === null) return;
    this.surroundings.log(`${entry.spec.name}: its stop_command failed: ${problem}`);
    this.dispatch(entry, { type: "stop_failed", generation });
  }

  /** Replaces a process that must not go on, as after a failure. */
  private condemn(entry: Entry, reason: string): void {
    this.dispatch(entry, { type: "condemned", generation: entry.instance.generation, reason });
  }

  /**
   * Runs a command that a task has for the purpose, with the pid of its process in $PID and its output in the task's log.
   * @returns null, or what went wrong in words
   */
  runCommand(entry: Entry, purpose: "stop_command" | "reload_command"): Promise<string | null> {
    const { [purpose]: argv, stop_grace_period: timeout } = entry.spec.settings;
    if (argv === undefined) return Promise.resolve(null);
    const environment = { PID: String(entry.instance.pid) };
    const output = entry.capture.handle("stderr", entry.spec, [{ kind: "inherit" }]);
    const onReaders = (readers: readonly StreamReader[]): void => entry.capture.attach(readers);
    return runAside(this.surroundings.spawner, entry.spec, { argv, timeout, environment, output, onReaders });
  }

  /** How the task of an instance is stopped, by the id of the instance; as any task is where it is not known. */
  stopWayOf(id: string): StopWay {
    const settings = this.entries.find(id)?.spec.settings;
    const signal = settings?.stop_steps?.[0]?.signal ?? settings?.stop_signal ?? "SIGTERM";
    const grace = settings?.stop_grace_period ?? usualGrace;
    return { signal, grace: Math.min(grace, this.plan.config.shutdown_timeout) };
  }

  private arm(entry: Entry, milliseconds: number): void {
    entry.cancelTimer();
    const { generation } = entry.instance;
    const fire = (): void => this.dispatch(entry, { type: "timer", generation, at: steadyNow() });
    entry.cancelTimer = setTimeLimit(milliseconds, fire);
  }

  private startProbes(entry: Entry): void {
    const { healthcheck } = entry.spec.settings;
    if (healthcheck === undefined) return;
    const { generation } = entry.instance;
    entry.prober?.stop();
    entry.prober = new Prober(
      healthcheck,
      (argv, timeout) => runAside(this.surroundings.spawner, entry.spec, { argv, timeout }),
      (healthy, reason) => this.dispatch(entry, { type: "health", generation, healthy, reason }),
    );
  }

  /** Lets those go whose dependencies are there. */
  private releaseWaiting(entries: Iterable<Entry>): void {
    if (this.isClosing) return;
    for (const entry of entries) {
      const blocker = findBlocker(entry.spec.settings, this.entries.ofTask);
      if (blocker === null) this.dispatch(entry, { type: "released" });
    }
  }
}

/** Whether somebody wants a process to be started, at once or after its stop. */
function isWish({ type }: Event): boolean {
  return type === "start" || type === "restart" || type === "run";
}

/** Whether this event means that the last process of a stopping instance is gone. */
function endsProcess(event: Event): boolean {
  if (event.type === "emptied") return true;
  return event.type === "exited" && event.groupEmpty;
}
