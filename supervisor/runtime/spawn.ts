import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fchownSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import type { InstanceSpec } from "../config/instance-spec.ts";
import type { Exit } from "../core/instance.ts";
import { type Account, findAccount } from "./account.ts";
import type { Native } from "./native.ts";
import { markVariable, type Reaper } from "./reaper.ts";

/** A process that was started. */
export interface Spawned {
  readonly pid: number;
  /** null where the output goes nowhere */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
}

/** What a process of an instance is started with. */
export interface SpawnRequest {
  readonly spec: InstanceSpec;
  readonly argv: readonly [string, ...string[]];
  /** names this run in the process's environment */
  readonly mark: string;
  onExit(exit: Exit): void;
  onError(reason: string): void;
}

/** Starts processes, each the leader of a session and process group of its own. */
export class Spawner {
  constructor(
    private readonly native: Native | undefined,
    private readonly reaper: Reaper,
  ) {}

  /** Starts a process; undefined when it could not be started, which `onError` then explains. */
  spawn({ spec, argv, mark, onExit, onError }: SpawnRequest): Spawned | undefined {
    const { settings } = spec;
    const writeEnds: number[] = [];
    try {
      const account = settings.user === undefined ? undefined : findAccount(settings.user);
      const stdout = this.openStream(settings.stdout, account, writeEnds);
      const stderr = this.openStream(settings.stderr, account, writeEnds);
      const [program, ...args] = withGroups(argv, account);
      const umask = settings.umask === undefined ? undefined : process.umask(settings.umask);
      let child: ChildProcess;
      try {
        child = spawn(program, args, {
          argv0: program,
          cwd: spec.workingDir,
          env: { ...process.env, ...accountVariables(account), ...spec.environment, [markVariable]: mark },
          detached: true,
          stdio: ["ignore", stdout.stdio, stderr.stdio],
          ...(account === undefined || account.groups.length > 0
            ? {}
            : { uid: account.uid, gid: account.gid }),
        });
      } finally {
        if (umask !== undefined) process.umask(umask);
      }
      return this.watch(child, stdout.readable, stderr.readable, onExit, onError);
    } catch (error) {
      onError((error as Error).message);
      return undefined;
    } finally {
      for (const end of writeEnds) closeSync(end);
    }
  }

  private watch(
    child: ChildProcess,
    stdout: Socket | null,
    stderr: Socket | null,
    onExit: (exit: Exit) => void,
    onError: (reason: string) => void,
  ): Spawned | undefined {
    const { pid } = child;
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (pid === undefined) onError(describeSpawnError(error));
    });
    if (pid === undefined) {
      stdout?.destroy();
      stderr?.destroy();
      return undefined;
    }
    this.reaper.adopt(pid);
    child.on("exit", (code, signal) => {
      this.reaper.release(pid);
      onExit({ code, signal });
    });
    return { pid, stdout: stdout ?? child.stdout, stderr: stderr ?? child.stderr };
  }

  /** A pipe that the task's user may open again as /dev/stdout; without the native calls, Node's socket. */
  private openStream(
    target: "inherit" | "null",
    account: Account | undefined,
    writeEnds: number[],
  ): { stdio: number | "ignore" | "pipe"; readable: Socket | null } {
    if (target === "null") return { stdio: "ignore", readable: null };
    if (this.native === undefined) return { stdio: "pipe", readable: null };
    const { read, write } = this.native.openPipe();
    writeEnds.push(write);
    if (account !== undefined) fchownSync(write, account.uid, account.gid);
    return { stdio: write, readable: new Socket({ fd: read, readable: true, writable: false }) };
  }
}

/** Node drops all supplementary groups when it changes the user; util-linux's setpriv sets them. */
function withGroups(
  argv: readonly [string, ...string[]],
  account: Account | undefined,
): [string, ...string[]] {
  if (account === undefined || account.groups.length === 0) return [...argv];
  return [
    "setpriv",
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    `--groups=${account.groups.join(",")}`,
    "--",
    ...argv,
  ];
}

function accountVariables(account: Account | undefined): Record<string, string> {
  if (account?.name === undefined) return {};
  return { USER: account.name, LOGNAME: account.name, HOME: account.home ?? "/" };
}

/** Node names the call and the errno; a missing folder looks like a missing program (ENOENT of spawn). */
function describeSpawnError(error: NodeJS.ErrnoException): string {
  const program = error.path ?? "the program";
  switch (error.code) {
    case "ENOENT":
      return `cannot run ${program}: no such program, or the working directory is missing`;
    case "EACCES":
      return `cannot run ${program}: permission denied`;
    default:
      return `cannot run ${program}: ${error.code ?? error.message}`;
  }
}
