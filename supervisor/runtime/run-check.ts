import type { InstanceSpec } from "../config/instance-spec.ts";
import { sendSignal } from "./process-group.ts";
import type { Spawner } from "./spawn.ts";

/**
 * Runs the command of an exec check as the task's user, in its environment and working directory.
 * @returns its exit code, or null when it took longer than `timeout` (ms) and was killed
 */
export function runCheck(
  spawner: Spawner,
  spec: InstanceSpec,
  argv: readonly [string, ...string[]],
  timeout: number,
): Promise<number | null> {
  const settings = { ...spec.settings, stdout: "null", stderr: "null" } as const;
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const spawned = spawner.spawn({
      spec: { ...spec, settings },
      argv,
      mark: "check",
      onExit: ({ code }) => {
        clearTimeout(timer);
        resolve(code);
      },
      onError: () => resolve(127),
    });
    if (spawned !== undefined) timer = setTimeout(() => sendSignal(-spawned.pid, "SIGKILL"), timeout);
  });
}
