import { openSync } from "node:fs";
import { constants } from "node:os";
import { resolve } from "node:path";
import type { LibraryHandle } from "koffi";
import { terminate } from "../../config/task/byte-text.ts";
import type { Argv } from "../../config/task/command.ts";
import { findProgram, isBinary, requireInterpreter } from "./program-file.ts";
import { SystemError } from "./system-error.ts";

/** A text, or its bytes with a NUL at their end. */
export type NativeString = string | Buffer;

/** A process to start with posix_spawn(3). */
export interface NativeProcess {
  readonly argv: Argv;
  /** all of its environment, as `NAME=value` */
  readonly environment: readonly NativeString[];
  readonly searchPath: string | undefined;
  readonly workingDir: string | undefined;
  /** descriptors of this process by those that the child gets them as; 0, 1 and 2 are /dev/null otherwise */
  readonly descriptors: ReadonlyMap<number, number>;
  /** a descriptor of the cgroup that it starts in; that of this process by default */
  readonly cgroup?: number;
}

/** Starts a process as the leader of a session of its own; its pid. @throws SystemError when it cannot be started */
export type NativeSpawn = (process: NativeProcess) => number;

/** posix_spawn(3), and whether it can start a process in another cgroup: glibc can from 2.39 on. */
export interface PosixSpawn {
  readonly spawn: NativeSpawn;
  readonly entersCgroups: boolean;
}

/** spawn.h of glibc and musl */
const POSIX_SPAWN_SETSIGDEF = 0x04;
const POSIX_SPAWN_SETSIGMASK = 0x08;
const POSIX_SPAWN_SETSID = 0x80;
const POSIX_SPAWN_SETCGROUP = 0x100;
const spawnFlags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID;
/** Generous: posix_spawnattr_t has 336 bytes, posix_spawn_file_actions_t 80, sigset_t 128. */
const structSize = 512;

/**
 * posix_spawn starts a child without copying this process's page tables, as Node's own fork does: it takes a third of
 * the time. It also tells at once why a program cannot be run.
 */
export function loadPosixSpawn(libc: LibraryHandle): PosixSpawn {
  const spawn = libc.func(
    "int posix_spawn(void *pid, str path, void *actions, void *attributes, const void **argv, const void **environment)",
  );
  const initActions = libc.func("int posix_spawn_file_actions_init(void *actions)");
  const destroyActions = libc.func("int posix_spawn_file_actions_destroy(void *actions)");
  const addDup2 = libc.func("int posix_spawn_file_actions_adddup2(void *actions, int from, int to)");
  const addChdir = libc.func("int posix_spawn_file_actions_addchdir_np(void *actions, str path)");
  const addCloseFrom = findOptional(
    libc,
    "int posix_spawn_file_actions_addclosefrom_np(void *actions, int from)",
  );
  const setCgroup = findOptional(libc, "int posix_spawnattr_setcgroup_np(void *attributes, int fd)");
  const attributes = makeAttributes(libc, spawnFlags);
  const attributesWithCgroup = makeAttributes(libc, spawnFlags | POSIX_SPAWN_SETCGROUP);
  const nowhere = openSync("/dev/null", "r+");
  const pid = Buffer.alloc(4);
  const actions = Buffer.alloc(structSize);

  const attributesFor = (cgroup: number | undefined): Buffer => {
    if (cgroup === undefined) return attributes;
    setCgroup?.(attributesWithCgroup, cgroup);
    return attributesWithCgroup;
  };

  const run = (path: string, argv: Argv, request: NativeProcess): number => {
    initActions(actions);
    try {
      for (const fd of [0, 1, 2]) addDup2(actions, request.descriptors.get(fd) ?? nowhere, fd);
      for (const [to, from] of request.descriptors) if (to > 2) addDup2(actions, from, to);
      // Node's own are closed on exec; what whoever started this process left open need not be.
      addCloseFrom?.(actions, Math.max(2, ...request.descriptors.keys()) + 1);
      if (request.workingDir !== undefined) addChdir(actions, request.workingDir);
      const wanted = attributesFor(request.cgroup);
      const words = argv.map(terminate);
      return spawn(pid, path, actions, wanted, [...words, null], [...request.environment, null]);
    } finally {
      destroyActions(actions);
    }
  };

  const start: NativeSpawn = (request) => {
    const [program, ...args] = request.argv;
    // What is not found is left to the call to refuse.
    const path = findProgram(program, request.searchPath) ?? `/nonexistent/${program}`;
    let errno = run(path, request.argv, request);
    // A script without #! is the shell's, as execvp(3) has it; the program of another machine is nobody's.
    if (errno === constants.errno.ENOEXEC && !isBinary(fileOf(path, request)))
      errno = run("/bin/sh", ["/bin/sh", path, ...args], request);
    if (errno === constants.errno.ENOENT) requireInterpreter(fileOf(path, request));
    if (errno !== 0) throw new SystemError("posix_spawn", errno);
    return pid.readInt32LE();
  };
  return { spawn: start, entersCgroups: setCgroup !== undefined };
}

/** The program's file, as it is seen from the process's folder. */
function fileOf(path: string, { workingDir }: NativeProcess): string {
  return resolve(workingDir ?? ".", path);
}

/** Undefined where the C library has no such function: musl, and glibc before 2.34 (closefrom) and 2.39 (cgroup). */
function findOptional(
  libc: LibraryHandle,
  prototype: string,
): ((struct: Buffer, value: number) => number) | undefined {
  try {
    return libc.func(prototype);
  } catch {
    return undefined;
  }
}

/** A session of its own, no signal blocked and none ignored: Node ignores SIGPIPE, and ignoring is inherited. */
function makeAttributes(libc: LibraryHandle, flags: number): Buffer {
  const attributes = Buffer.alloc(structSize);
  libc.func("int posix_spawnattr_init(void *attributes)")(attributes);
  libc.func("int posix_spawnattr_setflags(void *attributes, short flags)")(attributes, flags);
  libc.func("int posix_spawnattr_setsigdefault(void *attributes, void *set)")(
    attributes,
    Buffer.alloc(128, 0xff),
  );
  libc.func("int posix_spawnattr_setsigmask(void *attributes, void *set)")(attributes, Buffer.alloc(128));
  return attributes;
}
