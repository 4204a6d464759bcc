import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fchownSync } from "node:fs";
import type { Socket } from "node:net";
import type { Argv } from "../config/command.ts";
import type { InstanceSpec } from "../config/instance-spec.ts";
import type { Exit } from "../core/instance.ts";
import { planLaunch } from "./launch.ts";
import type { Native } from "./native.ts";
import { markVariable, type Reaper } from "./reaper.ts";
import { readPipe, readSocket, type StreamHandler, type StreamReader } from "./stream-reader.ts";

/** What a process is started with. */
export interface SpawnRequest {
  readonly spec: InstanceSpec;
  readonly argv: Argv;
  /** names this run in the environment of its processes */
  readonly mark: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** takes the output; undefined where it goes nowhere, and `stdout` where both streams are to be one */
  readonly stdout?: StreamHandler | undefined;
  readonly stderr?: StreamHandler | "stdout" | undefined;
  /** hears what the process writes to its notification descriptor */
  readonly notify?: { readonly fd: number; readonly handler: StreamHandler } | undefined;
  onExit(exit: Exit): void;
  onError(reason: string): void;
}

/** A process that was started. */
export interface Spawned {
  readonly pid: number;
  /** the streams that are being read */
  readonly readers: readonly StreamReader[];
}

type Stdio = number | "ignore" | "pipe";

/** A stream of a process that is about to start: where the process writes, and where its output is read. */
interface Channel {
  readonly stdio: Stdio;
  readonly read: number | undefined;
  readonly handler: StreamHandler | undefined;
}

const nowhere: Channel = { stdio: "ignore", read: undefined, handler: undefined };

/** Starts processes, each the leader of a session and process group of its own. */
export class Spawner {
  constructor(
    private readonly native: Native | undefined,
    private readonly reaper: Reaper,
  ) {}

  /** Starts a process; undefined when it could not be started, which `onError` then explains. */
  spawn(request: SpawnRequest): Spawned | undefined {
    const channels: Channel[] = [];
    try {
      const { settings } = request.spec;
      const launch = planLaunch(request.argv, settings);
      const open = (handler: StreamHandler | undefined): Channel => {
        const channel = this.openChannel(handler, launch.account);
        channels.push(channel);
        return channel;
      };
      const stdout = open(request.stdout);
      const stderr = request.stderr === "stdout" ? stdout : open(request.stderr);
      const stdio: Stdio[] = ["ignore", stdout.stdio, stderr.stdio];
      if (request.notify !== undefined) stdio[request.notify.fd] = open(request.notify.handler).stdio;
      const [program, ...args] = launch.argv;
      const child = withUmask(settings.umask, () =>
        spawn(program, args, {
          cwd: request.spec.workingDir,
          env: {
            ...process.env,
            ...launch.environment,
            ...request.spec.environment,
            ...request.environment,
            [markVariable]: request.mark,
          },
          detached: true,
          stdio: Array.from(stdio, (entry) => entry ?? "ignore"),
          ...launch.ids,
        }),
      );
      return this.watch(child, stdio, channels, request);
    } catch (error) {
      for (const { read } of channels) if (read !== undefined) closeSync(read);
      const { code, message } = error as NodeJS.ErrnoException;
      request.onError(code === undefined ? message : `cannot run ${request.argv[0]}: ${code}`);
      return undefined;
    } finally {
      for (const { stdio } of channels) if (typeof stdio === "number") closeSync(stdio);
    }
  }

  private watch(
    child: ChildProcess,
    stdio: readonly Stdio[],
    channels: readonly Channel[],
    request: SpawnRequest,
  ): Spawned | undefined {
    const { pid } = child;
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (pid === undefined) request.onError(describeSpawnError(error, request.argv[0]));
    });
    if (pid === undefined) {
      for (const { read } of channels) if (read !== undefined) closeSync(read);
      return undefined;
    }
    this.reaper.adopt(pid);
    child.on("exit", (code, signal) => {
      this.reaper.release(pid);
      request.onExit({ code, signal });
    });
    const piped = stdio.flatMap((entry, fd) => (entry === "pipe" ? [child.stdio[fd] as Socket] : []));
    const readers = channels.flatMap(({ read, handler }): StreamReader[] => {
      if (handler === undefined) return [];
      if (read !== undefined) return [readPipe(read, handler)];
      const socket = piped.shift();
      return socket === undefined ? [] : [readSocket(socket, handler)];
    });
    return { pid, readers };
  }

  /** A pipe that the task's user may open again as /dev/stdout; without the native calls, Node's socket. */
  private openChannel(
    handler: StreamHandler | undefined,
    owner: { uid: number; gid: number } | undefined,
  ): Channel {
    if (handler === undefined) return nowhere;
    if (this.native === undefined) return { stdio: "pipe", read: undefined, handler };
    const { read, write } = this.native.openPipe();
    if (owner !== undefined) fchownSync(write, owner.uid, owner.gid);
    return { stdio: write, read, handler };
  }
}

/** The mask belongs to the whole process, and the child inherits it: it is changed for the time of the fork. */
function withUmask<T>(umask: number | undefined, act: () => T): T {
  if (umask === undefined) return act();
  const before = process.umask(umask);
  try {
    return act();
  } finally {
    process.umask(before);
  }
}

/** Node reports a missing working directory as a missing program. */
function describeSpawnError(error: NodeJS.ErrnoException, program: string): string {
  switch (error.code) {
    case "ENOENT":
      return `cannot run ${program}: no such program, or the working directory is missing`;
    case "EACCES":
      return `cannot run ${program}: permission denied`;
    default:
      return `cannot run ${program}: ${error.code ?? error.message}`;
  }
}
