import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { readProcesses } from "../../supervisor/runtime/process/proc.ts";
import type { Commands, Contestant } from "./contestant.ts";
import { stopwatch, workFolder, workload } from "./native.ts";
import { findMarked, isAlive, programOf } from "./processes.ts";
import { now, Stamps } from "./stamps.ts";
import type { TrialOptions, TrialSetup } from "./trial-setup.ts";
import { waitFor } from "./wait.ts";

const defaults: TrialOptions = {
  children: 1,
  mode: [],
  captureLogs: false,
  grace: 10,
  killGroup: false,
  asPid1: false,
};

/** Marks every process of a trial in its environment. */
const markVariable = "LONGSHORE_BENCH_TRIAL";
let trials = 0;
const running = new Set<Trial>();

/** Ends every trial at once, as an interrupted run must: its contestants would go on for ever. */
export function killTrials(): void {
  for (const trial of running) trial.endNow();
}

/** One run of one contestant: its folder, its processes, their stamps. */
export class Trial implements TrialSetup {
  readonly options: TrialOptions;
  readonly folder: string;
  readonly fastFolder: string;
  readonly stamps: Stamps;
  private readonly mark = `${process.pid}-${++trials}`;
  private readonly commands: Commands;
  private readonly process: ChildProcess;

  /** Starts the contestant. */
  constructor(contestant: Contestant, options: Partial<TrialOptions> = {}) {
    this.options = { ...defaults, ...options };
    this.folder = `${workFolder}/trials/${this.mark}-${contestant.name}`;
    this.fastFolder = `/dev/shm/longshore-bench-${this.mark}`;
    this.stamps = new Stamps(`${this.fastFolder}/stamps`);
    for (const folder of [this.folder, `${this.folder}/log`, this.fastFolder])
      mkdirSync(folder, { recursive: true });
    this.commands = contestant.prepare(this);
    this.process = this.launch();
    running.add(this);
  }

  get names(): string[] {
    return Array.from({ length: this.options.children }, (_, index) => `c${index}`);
  }

  childArgv(name: string): [string, ...string[]] {
    return [workload, ...this.options.mode, this.stamps.file, name];
  }

  write(path: string, text: string, mode = 0o644): string {
    const file = `${this.folder}/${path}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  }

  /** Resolves when every child has started: milliseconds since the contestant was executed. */
  async booted(timeout = 90_000): Promise<number> {
    const { children } = this.options;
    const starts = await waitFor(
      `start of ${children} children`,
      timeout,
      () => {
        if (this.stamps.read().length <= children) return undefined;
        const first = new Map(
          this.stamps
            .read("S")
            .map(({ name, at }) => [name, at] as const)
            .toReversed(),
        );
        return first.size >= children && [...first.values()];
      },
      children > 500 ? 10 : 2,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; ${this.errors()}`);
    });
    return Math.max(...starts) - this.executedAt();
  }

  /** When the contestant was executed, on the clock of the stamps. */
  executedAt(): number {
    return this.stamps.read("X")[0]?.at ?? 0;
  }

  /** The pid of the contestant itself, as seen from here. */
  rootPid(): number {
    const outer = this.process.pid ?? 0;
    if (!this.options.asPid1) return outer;
    return readProcesses().find(({ parent }) => parent === outer)?.pid ?? 0;
  }

  /** The contestant's own processes: all but the children. */
  ownPids(): number[] {
    const marked = findMarked(markVariable, this.mark).map(({ pid }) => pid);
    return marked.filter(
      (pid) => programOf(pid) !== workload && pid !== (this.options.asPid1 ? this.process.pid : 0),
    );
  }

  /** The exit code (or the signal) of the contestant; undefined while it runs. */
  exit(): number | string | undefined {
    return this.process.exitCode ?? this.process.signalCode ?? undefined;
  }

  /** Runs one of its commands to its end: what it printed. */
  call(argv: readonly string[]): string {
    const [program = "", ...args] = argv;
    const result = spawnSync(program, args, { env: this.environment(), cwd: this.folder, timeout: 60_000 });
    return `${result.stdout}${result.stderr}`;
  }

  /** Runs one of its commands several times with its output discarded: milliseconds of each. */
  time(argv: readonly string[], times: number): { milliseconds: number; exitCode: number }[] {
    const lines = this.call([stopwatch, "time", String(times), ...argv])
      .trim()
      .split("\n");
    return lines.map((line) => {
      const [nanoseconds, exitCode] = line.split(" ").map(Number);
      return { milliseconds: (nanoseconds ?? 0) / 1e6, exitCode: exitCode ?? -1 };
    });
  }

  get use(): Commands {
    return this.commands;
  }

  /** Tells the contestant to stop everything and end, without waiting. */
  tellToEnd(): void {
    process.kill(this.rootPid(), this.commands.shutdownSignal ?? "SIGTERM");
  }

  /** Stops everything the contestant's own way: milliseconds to the last child's end, and to the end of all. */
  async shutDown(timeout = 60_000): Promise<{ children: number; tree: number }> {
    const children = [...this.stamps.newestPids().values()].filter(isAlive);
    const [childrenEnd, treeEnd] = [await this.watch(children), await this.watch(this.ownPids())];
    const start = now();
    this.tellToEnd();
    const giveUp = setTimeout(() => this.killAll(), timeout);
    const result = { children: (await childrenEnd()) - start, tree: (await treeEnd()) - start };
    clearTimeout(giveUp);
    if (result.tree > timeout) throw new Error(`no end within ${timeout / 1_000} s`);
    return result;
  }

  /** Kills whatever is left, and removes the files. */
  async end(): Promise<void> {
    await waitFor("end of all processes", 10_000, () => this.kill() === 0, 20);
    this.forget();
  }

  /** As {@link end}, without a pause. */
  endNow(): void {
    this.killAll();
    this.forget();
  }

  private forget(): void {
    running.delete(this);
    for (const folder of [this.folder, this.fastFolder]) rmSync(folder, { recursive: true, force: true });
  }

  private launch(): ChildProcess {
    const stamped = [stopwatch, "exec", this.stamps.file, ...this.commands.run];
    const argv = this.options.asPid1 ? ["unshare", "-fp", "--mount-proc", ...stamped] : stamped;
    const errors = openSync(`${this.folder}/errors.txt`, "w");
    const [program = "", ...args] = argv;
    const child = spawn(program, args, {
      env: this.environment(),
      cwd: this.folder,
      detached: true,
      stdio: ["ignore", "ignore", errors],
    });
    closeSync(errors);
    return child;
  }

  private environment(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.commands.environment, [markVariable]: this.mark };
  }

  private errors(): string {
    return readFileSync(`${this.folder}/errors.txt`, "utf8").trim().slice(-300).replaceAll("\n", " | ");
  }

  /** Watches processes; the result resolves to the time at which the last has ended. */
  private async watch(pids: readonly number[]): Promise<() => Promise<number>> {
    const child = spawn(stopwatch, ["await", ...pids.map(String)], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk;
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    await waitFor("watch of the processes", 10_000, () => text.includes("ready"), 1);
    return async () => {
      await ended;
      return Number(text.split("\n")[1]) / 1e6;
    };
  }

  /** What is started while it kills is found in the next round. */
  private killAll(): void {
    for (let rounds = 0; rounds < 50 && this.kill() > 0; rounds++);
  }

  /** Kills what is there of the trial, the contestant before its children; how many processes that were. */
  private kill(): number {
    const pids = findMarked(markVariable, this.mark).map(({ pid }) => pid);
    const own = pids.filter((pid) => programOf(pid) !== workload);
    for (const pid of own.length > 0 ? own : pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it has ended by itself
      }
    }
    return pids.length;
  }
}
