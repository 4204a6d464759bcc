/** A supervisor whose behaviour is observed: Debian's supervisord, or longshored with the same file. */
export interface Subject {
  /** resolves when it takes commands */
  readonly ready: Promise<void>;
  /** the states that a program has gone through so far, in supervisord's words */
  sequenceOf(name: string): readonly string[];
  stop(name: string): Promise<void>;
  start(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  /** of its present process */
  pidOf(name: string): Promise<number>;
  /** how its last process ended: the exit code, or -1 */
  exitCodeOf(name: string): Promise<number>;
  /** SIGHUP to the supervisor, its file unchanged */
  hangUp(): Promise<void>;
  /** SIGTERM to the supervisor; its exit code */
  end(): Promise<number | null>;
}

/** Resolves when a program's sequence is as asked. @throws Error with the sequence after so many milliseconds */
export async function reach(
  subject: Subject,
  name: string,
  isThere: (sequence: readonly string[]) => boolean,
  milliseconds = 60_000,
): Promise<void> {
  for (const end = Date.now() + milliseconds; !isThere(subject.sequenceOf(name)); ) {
    if (Date.now() > end) throw new Error(`${name} has only reached ${subject.sequenceOf(name).join(" ")}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** For {@link reach}: the program has been in a state so many times, and is in it now. */
export function arrived(state: string, times = 1): (sequence: readonly string[]) => boolean {
  return (sequence) =>
    sequence.at(-1) === state && sequence.filter((visited) => visited === state).length >= times;
}
