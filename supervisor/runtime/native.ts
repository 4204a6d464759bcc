/** The few system calls that Node does not offer. */
export interface Native {
  /** Collects a child that has ended, without waiting: true when it was collected. */
  reap(pid: number): boolean;
  /** A pipe whose ends are closed on exec. Node's own "pipe" is a socket, which cannot be opened as /dev/stdout. */
  openPipe(): { readonly read: number; readonly write: number };
  /** Makes orphaned descendants children of this process, as they are of PID 1. */
  becomeSubreaper(): void;
}

const WNOHANG = 1;
const O_CLOEXEC = 0o2000000;
const PR_SET_CHILD_SUBREAPER = 36;

/**
 * The system calls, or undefined on a platform for which koffi's file was not shipped.
 * @param onProblem is told why they cannot be had
 */
export async function loadNative(onProblem: (reason: string) => void): Promise<Native | undefined> {
  try {
    const { default: koffi } = await import("koffi");
    const libc = koffi.load(null);
    const waitpid = libc.func("int waitpid(int pid, _Out_ int *status, int options)");
    const pipe2 = libc.func("int pipe2(_Out_ int *ends, int flags)");
    const prctl = libc.func(
      "int prctl(int option, unsigned long value, unsigned long, unsigned long, unsigned long)",
    );
    return {
      reap: (pid) => waitpid(pid, [0], WNOHANG) === pid,
      openPipe: () => {
        const ends = Buffer.alloc(8);
        if (pipe2(ends, O_CLOEXEC) !== 0) throw systemError("pipe2", koffi.errno());
        return { read: ends.readInt32LE(0), write: ends.readInt32LE(4) };
      },
      becomeSubreaper: () => {
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
      },
    };
  } catch (error) {
    onProblem((error as Error).message);
    return undefined;
  }
}

function systemError(call: string, errno: number): NodeJS.ErrnoException {
  return Object.assign(new Error(`${call} failed`), { syscall: call, errno });
}
