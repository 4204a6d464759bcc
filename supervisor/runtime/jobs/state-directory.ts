import { join } from "node:path";
import { GuardError, requireRootsFolder } from "../../config/files/guarded-path.ts";
import { makeFolder } from "../make-folder.ts";
import { type JobStorage, nowhere, openJobStorage } from "./job-storage.ts";
import { lockState } from "./state-lock.ts";

/** A state directory in the hands of this supervisor alone. */
export interface StateDirectory {
  readonly storage: JobStorage;
  /** lets another supervisor have it */
  release(): void;
}

/**
 * Waits until no other supervisor runs the jobs of a state directory, and opens what is kept there. Where it cannot be
 * used, that is reported, and nothing is kept. Never rejects.
 * @param signal ends the wait; nothing is kept then either
 */
export async function takeStateDirectory(
  path: string,
  signal: AbortSignal,
  log: (message: string) => void,
): Promise<StateDirectory> {
  let release = (): void => {};
  try {
    makeFolder(path, 0o755);
    // The lock, the journal and the logs of runs in it are opened by plain path.
    requireRootsFolder(path);
    release = await lockState(join(path, "jobs.lock"), signal, () =>
      log(`another longshored runs the jobs of ${path}; this one takes over when it ends`),
    );
    return { storage: signal.aborted ? nowhere : await openJobStorage(path, log), release };
  } catch (error) {
    const hint = "give it to root (chown -R root, chmod go-w), or name another one with --state-dir";
    const reason =
      error instanceof GuardError
        ? `${error.message}; ${hint}`
        : ((error as NodeJS.ErrnoException).code ?? (error as Error).message);
    log(`cannot keep the state of the jobs in ${path} (${reason}): missed runs are not made up for`);
    return { storage: nowhere, release };
  }
}
