import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../shared/user-error.ts";

/** How long a host may boot, in ms. */
const PATIENCE = 120_000;
const PAUSE = 2000;

/**
 * Opens a connection to a host that may be booting: its sshd runs before systemd lets users in (pam_nologin).
 *
 * @param onWait called once, where it has to be waited for
 * @throws what `open` throws; `ssh_booting` when the patience is over
 */
export async function openOnceBooted<T>(
  open: () => Promise<T>,
  onWait: () => void,
  { patience = PATIENCE, pause = PAUSE } = {},
): Promise<T> {
  const deadline = performance.now() + patience;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await open();
    } catch (error) {
      const isBooting = error instanceof UserError && error.code === "ssh_booting";
      if (!isBooting || performance.now() + pause > deadline) throw error;
      if (isFirst) onWait();
      await sleep(pause);
    }
  }
}
