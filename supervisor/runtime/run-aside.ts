import type { Argv } from "../config/command.ts";
import { sendSignal } from "./process-group.ts";
import type { ProcessContext, Spawner } from "./spawn.ts";
import type { StreamHandler } from "./stream-reader.ts";
import { setTimeLimit } from "./time-limit.ts";

/** A command that belongs to a task but is not its process: a check, a stop or a reload command. */
export interface Aside {
  readonly argv: Argv;
  /** milliseconds until it is killed */
  readonly timeout: number;
  readonly environment?: Readonly<Record<string, string>>;
  /** takes its output; it goes nowhere by default */
  readonly output?: StreamHandler | undefined;
}

/**
 * Runs a command as the context's user, in its environment and working directory.
 * @returns its exit code, 127 when it cannot be run, or null when it took too long and was killed
 */
export function runAside(spawner: Spawner, spec: ProcessContext, aside: Aside): Promise<number | null> {
  return new Promise((resolve) => {
    let cancelLimit = (): void => {};
    const spawned = spawner.spawn({
      spec,
      argv: aside.argv,
      mark: "aside",
      environment: aside.environment ?? {},
      stdout: aside.output,
      stderr: aside.output === undefined ? undefined : "stdout",
      onExit: ({ code }) => {
        cancelLimit();
        resolve(code);
      },
      onError: () => resolve(127),
    });
    if (spawned === undefined) return;
    cancelLimit = setTimeLimit(aside.timeout, () => sendSignal(-spawned.pid, "SIGKILL"));
  });
}
