import { setTimeout as sleep } from "node:timers/promises";

/** Asks again and again until the answer is neither undefined nor false. @throws Error after `timeout` (ms) */
export async function waitFor<T>(
  what: string,
  timeout: number,
  ask: () => T | undefined | false,
  interval = 3,
): Promise<T> {
  for (const end = performance.now() + timeout; ; ) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`no ${what} within ${timeout / 1_000} s`);
    await sleep(interval);
  }
}
