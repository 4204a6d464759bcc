import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, inject } from "vitest";
import { quoteArgv } from "../../shared/quote-argv.ts";
import { ControlClient } from "../../supervisor/ctl/client.ts";
import type { InstanceStatus, SupervisorStatus } from "../../supervisor/protocol/status.ts";
import { readProcess, readProcesses, readVariable } from "../../supervisor/runtime/process/proc.ts";
import { hasEnded } from "../../supervisor/runtime/process/process-group.ts";

const running = new Set<Daemon>();
/** Marks everything that the daemons of a file start. */
const markName = "LONGSHORE_TEST_FILE";
const mark = `${process.pid}-${Math.random()}`;

/** Ends what the tests of a file leave behind. Call at the top of the file. */
export function useDaemons(): void {
  afterEach(async () => {
    await Promise.all([...running].map((daemon) => daemon.kill()));
  });
  afterAll(requireNothingLeft);
}

/** What a daemon has started ends with it, and a test leaves no process behind. @throws Error that names them */
async function requireNothingLeft(): Promise<void> {
  const listLeft = () =>
    readProcesses().filter((info) => !hasEnded(info) && readVariable(info.pid, markName) === mark);
  const deadline = Date.now() + 5_000;
  while (listLeft().length > 0 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const left = listLeft();
  const commands = left.map(
    ({ pid }) => `${pid}: ${readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")}`,
  );
  for (const { pid } of left) process.kill(pid, "SIGKILL");
  if (left.length > 0)
    throw new Error(`the tests of this file left processes behind:\n${commands.join("\n")}`);
}

export interface DaemonOptions {
  /** run it as PID 1 of a new pid namespace (root only) */
  readonly asPid1?: boolean;
  /** nobody reads what it writes */
  readonly isUnread?: boolean;
  /** run the file itself, as its first line says, and not `node FILE` */
  readonly asProgram?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** a program that runs it, which it replaces: prlimit, setpriv */
  readonly wrapper?: readonly string[];
}

/** A real longshored with a tasks.yaml of its own, in a folder of its own. */
export class Daemon {
  readonly folder: string;
  readonly file: string;
  readonly client: ControlClient;
  output = "";
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private readonly child: ChildProcess;
  private readonly isPid1: boolean;
  private readonly listeners = new Set<() => void>();

  constructor(tasks: string, options: DaemonOptions = {}) {
    this.isPid1 = options.asPid1 ?? false;
    this.folder = mkdtempSync(join(tmpdir(), "longshored-"));
    // Tasks of other users write here, but nobody takes the place of the socket, as in /tmp.
    chmodSync(this.folder, 0o1777);
    this.file = join(this.folder, "tasks.yaml");
    writeFileSync(this.file, tasks);
    const socket = join(this.folder, "control.sock");
    // It may be another user's.
    this.client = new ControlClient(socket, undefined, undefined, connect);
    const program = join(inject("programs"), "longshored.cjs");
    const args = [
      program,
      this.file,
      "--socket",
      socket,
      "--state-dir",
      join(this.folder, "state"),
      ...(options.args ?? []),
    ];
    const argv = [
      ...(options.wrapper ?? []),
      ...(options.asProgram === true ? [] : [process.execPath]),
      ...args,
    ];
    const [command = "", ...rest] = options.asPid1
      ? ["unshare", "--fork", "--pid", "--mount-proc", "--kill-child", ...argv]
      : argv;
    this.child = spawn(command, rest, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DIR: this.folder, [markName]: mark, ...options.env },
    });
    for (const stream of options.isUnread === true ? [] : [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (chunk: string) => {
        this.output += chunk;
        for (const listener of this.listeners) listener();
      });
    }
    this.ended = new Promise((resolve) =>
      this.child.on(options.isUnread === true ? "exit" : "close", (code, signal) =>
        resolve({ code, signal }),
      ),
    );
    running.add(this);
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** Resolves with the first match of its output, past or future, as far as its lines are whole. */
  waitFor(pattern: RegExp, milliseconds = 30_000): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.listeners.delete(look);
        act();
      };
      const look = (): void => {
        const match = pattern.exec(this.output.slice(0, this.output.lastIndexOf("\n") + 1));
        if (match !== null) finish(() => resolve(match));
      };
      const timer = setTimeout(
        () => finish(() => reject(new Error(`no ${pattern} in the output:\n${this.output}`))),
        milliseconds,
      );
      this.listeners.add(look);
      look();
    });
  }

  async status(): Promise<InstanceStatus[]> {
    return (await this.client.call<SupervisorStatus>("GET", "/v1/tasks")).instances;
  }

  async instance(name: string): Promise<InstanceStatus> {
    const found = (await this.status()).find((instance) => instance.name === name);
    if (found === undefined) throw new Error(`no instance ${name}`);
    return found;
  }

  /** Resolves as soon as an instance is as asked; looks after every line of output, and every 20 ms. */
  async until(
    name: string,
    isDone: (instance: InstanceStatus) => boolean,
    milliseconds = 30_000,
  ): Promise<InstanceStatus> {
    await this.waitFor(/^longshored \| longshored \S+ runs /m);
    const deadline = Date.now() + milliseconds;
    for (;;) {
      const instance = await this.instance(name);
      if (isDone(instance)) return instance;
      if (Date.now() > deadline) throw new Error(`${JSON.stringify(instance)}\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  rewrite(tasks: string): void {
    writeFileSync(this.file, tasks);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Runs longshorectl against this daemon. */
  ctl(...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    return this.ctlWithInput("", ...args);
  }

  async ctlWithInput(
    input: string,
    ...args: string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const child = this.spawnCtl(...args);
    child.stdin.end(input);
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.on("close", resolve)),
    ]);
    return { code, stdout, stderr };
  }

  /** Starts longshorectl against this daemon, for a test that reads what it writes as it comes. */
  spawnCtl(...args: string[]): ChildProcessWithoutNullStreams {
    return spawnIn(this.folder, [...this.ctlArgv, ...args]);
  }

  /** Starts longshorectl in a terminal of its own. */
  spawnInTerminal(...args: string[]): ChildProcessWithoutNullStreams {
    return spawnIn(this.folder, ["script", "-qec", quoteArgv([...this.ctlArgv, ...args]), "/dev/null"]);
  }

  /** longshorectl against this daemon; its arguments are to follow. */
  get ctlArgv(): readonly [string, ...string[]] {
    return [
      process.execPath,
      join(inject("programs"), "longshorectl.cjs"),
      "--socket",
      this.client.socketPath,
    ];
  }

  /** Ends it and its tasks whatever their state: the third signal kills. */
  async kill(): Promise<void> {
    running.delete(this);
    // unshare passes no signal on, but takes its child with it.
    if (this.isPid1) this.child.kill("SIGKILL");
    for (let i = 0; i < 3 && this.child.exitCode === null; i += 1) {
      this.child.kill("SIGTERM");
      await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
    await this.ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts `longshored --shell` with a tasks.yaml and a socket in this folder, in a terminal of its own. */
export function spawnDaemonShell(folder: string): ChildProcessWithoutNullStreams {
  const paths = ["--socket", join(folder, "control.sock"), "--state-dir", join(folder, "state")];
  const argv = [
    process.execPath,
    join(inject("programs"), "longshored.cjs"),
    "--shell",
    ...paths,
    join(folder, "tasks.yaml"),
  ];
  return spawnIn(folder, ["script", "-qec", quoteArgv(argv), "/dev/null"]);
}

/** Starts a program whose home is a folder. */
function spawnIn(home: string, [program = "", ...args]: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { ...process.env, NO_COLOR: "1", HOME: home, [markName]: mark };
  return spawn(program, args, { stdio: "pipe", env });
}

/** Whether a process is there and has not ended: a zombie that nobody has collected yet has. */
export function isRunning(pid: number): boolean {
  const info = readProcess(pid);
  return info !== undefined && !hasEnded(info);
}
