import { spawn } from "node:child_process";
import { closeSync, fchownSync } from "node:fs";
import type { Socket } from "node:net";
import { resolve } from "node:path";
import type { Variables } from "../../../shared/interpolate.ts";
import { UserError } from "../../../shared/user-error.ts";
import type { InstanceSpec } from "../../config/instance-spec.ts";
import { terminate } from "../../config/task/byte-text.ts";
import type { Argv } from "../../config/task/command.ts";
import type { Task } from "../../config/task/task.ts";
import type { Exit } from "../../core/instance.ts";
import { readPipe, readSocket, type StreamHandler, type StreamReader } from "../output/stream-reader.ts";
import { Asides } from "./asides.ts";
import type { Cgroup } from "./cgroup/cgroup.ts";
import type { CgroupTree } from "./cgroup/cgroup-tree.ts";
import { readInherited } from "./inherited.ts";
import { type Launch, planLaunch } from "./launch.ts";
import type { Reaper } from "./leftovers/reaper.ts";
import { markVariable } from "./leftovers/run-mark.ts";
import type { Native } from "./native.ts";
import type { NativeProcess, NativeSpawn, NativeString } from "./posix-spawn.ts";
import { findFileFault, requireProgram } from "./program-file.ts";
import { requireWorkingFolder } from "./working-folder.ts";

/** The user, limits, environment and folder of a process: those of an instance. */
export type ProcessContext = Pick<InstanceSpec, "environment" | "workingDir"> & {
  readonly settings: Pick<Task, "user" | "umask" | "rlimits" | "nice" | "no_new_privs" | "capabilities">;
};

/** Those of the supervisor itself. */
export const ownContext: ProcessContext = {
  environment: {},
  workingDir: undefined,
  settings: {
    user: undefined,
    umask: undefined,
    rlimits: [],
    nice: undefined,
    no_new_privs: false,
    capabilities: undefined,
  },
};

/** What a process is started with. */
export interface SpawnRequest {
  readonly spec: ProcessContext;
  readonly argv: Argv;
  /** names this run in the environment of its processes */
  readonly mark: string;
  /** it starts in a cgroup of its own, with a name that begins so, where that can be had */
  readonly cgroup?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** what it inherits in place of what tasks do: for a program of longshored itself */
  readonly inherits?: Variables;
  /** `keep-open`: it waits for what never comes; otherwise it is at its end */
  readonly stdin?: Task["stdin"];
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
  /** what it was started in */
  readonly cgroup: Cgroup | undefined;
}

/** A stream of a process that is about to start: this process's ends of its pipe, where it has one. */
interface Channel {
  /** the descriptor that the process gets it as */
  readonly target: number;
  readonly handler: StreamHandler;
  readonly pipe: { readonly read: number; readonly write: number } | undefined;
}

/** Starts processes, each the leader of a session and process group of its own. */
export class Spawner {
  private readonly inherited: Variables = readInherited();
  private readonly inheritedLines = formatVariables(this.inherited);
  readonly asides: Asides;

  constructor(
    private readonly native: Native | undefined,
    private readonly reaper: Reaper,
    private readonly cgroups?: CgroupTree,
  ) {
    this.asides = new Asides(reaper);
  }

  /** Starts a process; undefined when it could not be started, which `onError` then explains. */
  spawn(request: SpawnRequest): Spawned | undefined {
    const channels: Channel[] = [];
    let { workingDir } = request.spec;
    let input: number | undefined;
    try {
      const { settings } = request.spec;
      const launch = planLaunch(request.argv, settings, this.native === undefined);
      this.openChannels(request, launch, channels);
      const own: Variables = {
        ...launch.environment,
        ...request.spec.environment,
        ...request.environment,
        [markVariable]: this.reaper.marker.write(request.mark),
      };
      const { native } = this;
      const { inherits } = request;
      workingDir = resolveHome(workingDir, own.HOME ?? this.inherited.HOME);
      const searchPath = own.PATH ?? this.inherited.PATH;
      const asUser = this.rightsOf(launch, workingDir);
      if (workingDir !== undefined) {
        const folder = workingDir;
        asUser(() => requireWorkingFolder(request.argv[0], folder, settings.user));
      }
      const isChained = launch.argv[0] !== request.argv[0];
      requireProgram(request.argv, { searchPath, workingDir }, isChained, native?.readText);
      if (native === undefined)
        return this.spawnByNode(
          request,
          launch,
          { ...(inherits ?? this.inherited), ...own },
          workingDir,
          channels,
        );
      if (request.stdin === "keep-open") input = native.openIdlePipe();
      const wanted: NativeProcess = {
        argv: launch.argv,
        environment:
          inherits === undefined ? this.formatEnvironment(own) : formatVariables({ ...inherits, ...own }),
        searchPath,
        workingDir,
        descriptors: descriptorsOf(request, channels, input),
      };
      const started = withUmask(settings.umask, () =>
        this.start((process) => asUser(() => native.spawn(process)), wanted, request.cgroup),
      );
      this.reaper.adopt(started.pid, request.onExit);
      return {
        ...started,
        readers: channels.flatMap(({ pipe, handler }) => (pipe ? [readPipe(pipe.read, handler)] : [])),
      };
    } catch (error) {
      for (const { pipe } of channels) if (pipe !== undefined) closeSync(pipe.read);
      endStreams(request);
      request.onError(describeSpawnError(error as NodeJS.ErrnoException, request.argv, workingDir));
      return undefined;
    } finally {
      if (input !== undefined) closeSync(input);
      for (const { pipe } of channels) if (pipe !== undefined) closeSync(pipe.write);
    }
  }

  /** `NAME=value` of what a process inherits and of its own variables, which win. Mostly they are all new. */
  private formatEnvironment(own: Variables): NativeString[] {
    const areNew = Object.keys(own).every((name) => !Object.hasOwn(this.inherited, name));
    return areNew
      ? [...this.inheritedLines, ...formatVariables(own)]
      : formatVariables({ ...this.inherited, ...own });
  }

  /** A working directory is entered with the rights of the task's user, which root's need not include (NFS). */
  private rightsOf({ account }: Launch, workingDir: string | undefined): <T>(act: () => T) => T {
    const { native } = this;
    return native === undefined || account === undefined || workingDir === undefined
      ? (act) => act()
      : (act) => native.withFileRights(account, act);
  }

  private start(
    spawn: NativeSpawn,
    wanted: NativeProcess,
    prefix: string | undefined,
  ): Pick<Spawned, "pid" | "cgroup"> {
    const cgroup = prefix === undefined ? undefined : this.cgroups?.make(prefix);
    if (cgroup === undefined) return { pid: spawn(wanted), cgroup };
    try {
      return { pid: cgroup.withDescriptor((fd) => spawn({ ...wanted, cgroup: fd })), cgroup };
    } catch (error) {
      cgroup.remove();
      throw error;
    }
  }

  /** Pipes that the task's user may open again as /dev/stdout. */
  private openChannels(request: SpawnRequest, launch: Launch, channels: Channel[]): void {
    const open = (target: number, handler: StreamHandler | undefined): void => {
      if (handler === undefined) return;
      const pipe = this.native?.openPipe();
      if (pipe !== undefined && launch.account !== undefined) {
        fchownSync(pipe.write, launch.account.uid, launch.account.gid);
      }
      channels.push({ target, handler, pipe });
    };
    open(1, request.stdout);
    if (request.stderr !== "stdout") open(2, request.stderr);
    if (request.notify !== undefined) open(request.notify.fd, request.notify.handler);
  }

  /** Without the native calls: through sockets in place of pipes, and with a full copy of this process. */
  private spawnByNode(
    request: SpawnRequest,
    launch: Launch,
    env: Variables,
    workingDir: string | undefined,
    channels: readonly Channel[],
  ): Spawned | undefined {
    const stdin = request.stdin === "keep-open" ? "pipe" : "ignore";
    const stdio: ("ignore" | "pipe" | 1)[] = [stdin, "ignore", "ignore"];
    for (const { target } of channels) stdio[target] = "pipe";
    if (request.stderr === "stdout") stdio[2] = stdio[1] ?? "ignore";
    const [program, ...args] = launch.argv;
    const child = withUmask(request.spec.settings.umask, () =>
      spawn(program, args, {
        cwd: workingDir,
        env,
        detached: true,
        stdio: Array.from(stdio, (entry) => entry ?? "ignore"),
        ...launch.ids,
      }),
    );
    const { pid } = child;
    child.on("error", (error) => pid ?? request.onError(describeSpawnError(error, request.argv, workingDir)));
    if (pid === undefined) {
      endStreams(request);
      return undefined;
    }
    this.reaper.adopt(pid, request.onExit);
    child.on("exit", (code, signal) => {
      this.reaper.release(pid);
      request.onExit({ code, signal });
    });
    const sockets = channels.map(({ target, handler }) => readSocket(child.stdio[target] as Socket, handler));
    if (request.stderr === "stdout" && request.stdout !== undefined) {
      sockets.push(readSocket(child.stdio[2] as Socket, { ...request.stdout, onEnd: () => {} }));
    }
    return { pid, readers: sockets, cgroup: undefined };
  }
}

/** `~` is the home folder of the process's user, as in a unit of systemd. */
function resolveHome(folder: string | undefined, home: string | undefined): string | undefined {
  return folder?.replace(/^~(?=\/|$)/, () => home || "/");
}

function formatVariables(variables: Variables): NativeString[] {
  return Object.entries(variables).map(([name, value]) => terminate(`${name}=${value}`));
}

/** The ends of the pipes that the process gets, by the descriptors that it gets them as. */
function descriptorsOf(
  request: SpawnRequest,
  channels: readonly Channel[],
  input: number | undefined,
): Map<number, number> {
  const descriptors = new Map<number, number>(
    channels.flatMap(({ target, pipe }) => (pipe ? [[target, pipe.write] as const] : [])),
  );
  if (input !== undefined) descriptors.set(0, input);
  const stdout = descriptors.get(1);
  if (request.stderr === "stdout" && stdout !== undefined) descriptors.set(2, stdout);
  return descriptors;
}

/** Ends the streams of a process that was not started. */
function endStreams({ stdout, stderr }: SpawnRequest): void {
  stdout?.onEnd();
  if (stderr !== "stdout") stderr?.onEnd();
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

function describeSpawnError(
  error: NodeJS.ErrnoException,
  argv: Argv,
  workingDir: string | undefined,
): string {
  if (error instanceof UserError) return error.message;
  const fault = error.code === "EACCES" ? findFileFault(resolve(workingDir ?? ".", argv[0])) : undefined;
  if (fault !== undefined) return `cannot run ${argv[0]}: ${fault}`;
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "no such program",
    EACCES: "permission denied",
    EPERM: "another user or group takes root (EPERM)",
    ENOEXEC: "it is no program for this machine (ENOEXEC)",
    E2BIG: "its arguments and environment are too long (E2BIG)",
  };
  return `cannot run ${argv[0]}: ${reasons[error.code ?? ""] ?? error.code ?? error.message}`;
}
