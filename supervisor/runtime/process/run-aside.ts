import { formatDuration } from "../../../shared/duration-text.ts";
import type { Argv } from "../../config/task/command.ts";
import type { Exit } from "../../core/instance.ts";
import type { StreamHandler, StreamReader } from "../output/stream-reader.ts";
import { setTimeLimit } from "../time/time-limit.ts";
import type { ProcessContext, Spawner } from "./spawn.ts";

/** A command that belongs to a task but is not its process: a check, a stop or a reload command. */
export interface Aside {
  readonly argv: Argv;
  /** milliseconds until it is killed */
  readonly timeout: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** takes its output; it goes nowhere by default */
  readonly output?: StreamHandler | undefined;
  /** is told what reads that output, which may have to wait */
  onReaders?(readers: readonly StreamReader[]): void;
}

/**
 * Runs a command as the context's user, in its environment and working directory. What it leaves behind is ended with it.
 * @returns null when it exited with 0, otherwise what went wrong in words: `sh exited with 3`. Never rejects.
 */
export function runAside(spawner: Spawner, spec: ProcessContext, aside: Aside): Promise<string | null> {
  const { argv, timeout } = aside;
  return new Promise((resolve) => {
    const { asides } = spawner;
    const run = asides.newRun();
    let tookTooLong = false;
    let cancelLimit = (): void => {};
    const spawned = spawner.spawn({
      spec,
      argv,
      mark: run,
      environment: aside.environment ?? {},
      stdout: aside.output,
      stderr: aside.output === undefined ? undefined : "stdout",
      onExit: (exit) => {
        cancelLimit();
        asides.ended(run);
        resolve(
          tookTooLong ? `${argv[0]} took longer than ${formatDuration(timeout)}` : describeEnd(argv, exit),
        );
      },
      onError: resolve,
    });
    if (spawned === undefined) return;
    asides.began(run, spawned.pid);
    aside.onReaders?.(spawned.readers);
    cancelLimit = setTimeLimit(timeout, () => {
      tookTooLong = true;
      asides.kill(run);
    });
  });
}

function describeEnd([program]: Argv, { code, signal }: Exit): string | null {
  if (signal !== null) return `${program} was killed by ${signal}`;
  return code === 0 ? null : `${program} exited with ${code}`;
}
