import { constants, fchmodSync } from "node:fs";
import { nameSignal } from "../../config/task/signal-name.ts";
import type { Exit } from "../../core/instance.ts";
import { loadReadText, type ReadText } from "../read-text.ts";
import { loadFileRights, type WithFileRights } from "./file-rights.ts";
import { loadPosixSpawn, type PosixSpawn } from "./posix-spawn.ts";
import { SystemError } from "./system-error.ts";

/** A child that has ended. */
export interface EndedChild {
  readonly pid: number;
  readonly exit: Exit;
}

/** The few system calls that Node does not offer. */
export interface Native extends PosixSpawn {
  /** Collects one child that has ended, whoever started it, without waiting; undefined when there is none. */
  waitAny(): EndedChild | undefined;
  /** A pipe whose ends are closed on exec. Node's own "pipe" is a socket, which cannot be opened as /dev/stdout. */
  openPipe(): { readonly read: number; readonly write: number };
  /**
   * The read end of a pipe whose other end stays open for as long as this process lives. All have one pipe, but each its own
   * description (open(2)): what one makes non-blocking is its own. Nobody but root may write to it.
   */
  openIdlePipe(): number;
  /** Makes orphaned descendants children of this process, as they are of PID 1. */
  becomeSubreaper(): void;
  readonly withFileRights: WithFileRights;
  /** Has a signal to this process mean nothing. What it starts does not ignore it. */
  ignoreSignal(signal: number): void;
  /** Ends this process at once: `process.exit` waits for writes that are under way. */
  exit(code: number): void;
  /** An extended attribute of a file, or undefined. */
  readAttribute(path: string, name: string): string | undefined;
  readonly readText: ReadText;
}

const WNOHANG = 1;
const O_CLOEXEC = 0o2000000;
const PR_SET_CHILD_SUBREAPER = 36;
const SIG_IGN = 1n;
const F_SETPIPE_SZ = 1031;
/** A task that writes much waits less often, and is read in larger pieces; the kernel's own size is 64 KiB. */
const pipeSize = 262_144;

/**
 * The system calls, or undefined on a platform for which koffi's file was not shipped.
 * @param onProblem is told why they cannot be had
 */
export async function loadNative(onProblem: (reason: string) => void): Promise<Native | undefined> {
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load(null);
    const waitpid = libc.func("int waitpid(int pid, void *status, int options)");
    const pipe2 = libc.func("int pipe2(void *ends, int flags)");
    const fcntl = libc.func("int fcntl(int fd, int command, int argument)");
    const prctl = libc.func(
      "int prctl(int option, unsigned long, unsigned long, unsigned long, unsigned long)",
    );
    const getxattr = libc.func("int64 getxattr(str path, str name, void *value, size_t size)");
    const signal = libc.func("void *signal(int number, void *handler)");
    const exit = libc.func("void _exit(int status)");
    const open = libc.func("int open(str path, int flags)");
    let idle: { read: number; write: number } | undefined;
    const openPipe = () => {
      if (pipe2(ends, O_CLOEXEC) !== 0) throw new SystemError("pipe2", koffi.errno());
      const [read, write] = [ends.readInt32LE(0), ends.readInt32LE(4)];
      return { read, write };
    };
    const status = Buffer.alloc(4);
    const ends = Buffer.alloc(8);
    const attribute = Buffer.alloc(256);
    return {
      waitAny: () => {
        const pid: number = waitpid(-1, status, WNOHANG);
        return pid > 0 ? { pid, exit: decodeStatus(status.readInt32LE()) } : undefined;
      },
      ...loadPosixSpawn(libc),
      openPipe: () => {
        const pipe = openPipe();
        // An ordinary user with many pipes may be refused: the size stays as it is then.
        fcntl(pipe.read, F_SETPIPE_SZ, pipeSize);
        return pipe;
      },
      openIdlePipe: () => {
        if (idle === undefined) {
          idle = openPipe();
          fchmodSync(idle.read, 0o444);
        }
        const fd: number = open(`/proc/self/fd/${idle.read}`, constants.O_RDONLY | O_CLOEXEC);
        if (fd < 0) throw new SystemError("open", koffi.errno());
        return fd;
      },
      becomeSubreaper: () => {
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
      },
      withFileRights: loadFileRights(libc),
      exit,
      ignoreSignal: (number) => {
        signal(number, SIG_IGN);
      },
      readText: loadReadText(libc, koffi.errno),
      readAttribute: (path, name) => {
        const length = Number(getxattr(path, name, attribute, attribute.length));
        return length < 0 ? undefined : attribute.toString("utf8", 0, length);
      },
    };
  } catch (error) {
    onProblem((error as Error).message);
    return undefined;
  }
}

/** WIFEXITED, WEXITSTATUS and WTERMSIG of wait(2). */
function decodeStatus(status: number): Exit {
  const signal = status & 0x7f;
  if (signal === 0) return { code: (status >> 8) & 0xff, signal: null };
  return { code: null, signal: nameSignal(signal) ?? "SIGKILL" };
}
