import { setTimeout as delay } from "node:timers/promises";

/**
 * Asks `probe` again and again until it returns something truthy, and resolves with that.
 * A probe that throws has not succeeded yet; its last error is the cause of the one thrown at the end.
 *
 * @param what completes "… did not happen": "sshd of host1 answers"
 */
export async function waitUntil<T>(
  what: string,
  probe: () => Promise<T> | T,
  { timeout = 30_000, interval = 50 }: { timeout?: number; interval?: number } = {},
): Promise<NonNullable<T>> {
  const deadline = performance.now() + timeout;
  let cause: unknown;
  do {
    try {
      const value = await probe();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(interval);
  } while (performance.now() < deadline);
  throw new Error(`did not happen within ${timeout} ms: ${what}`, { cause });
}
