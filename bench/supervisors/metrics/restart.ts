import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "../contestant.ts";
import { median, type Results } from "../results.ts";
import type { Settings } from "../settings.ts";
import { now } from "../stamps.ts";
import { waitFor } from "../wait.ts";
import { withTrial } from "../with-trial.ts";

/**
 * From the SIGKILL of a child that has run for 2 s to the start of the next (ms). One kill at a time, each at a random
 * moment: any event wakes a supervisor that polls, so a kill soon after another would find it awake.
 */
export async function measureRestart(
  contestant: Contestant,
  settings: Settings,
  results: Results,
): Promise<void> {
  await withTrial(contestant, { children: settings.children }, async (trial) => {
    await trial.booted();
    await sleep(2_500);
    const delays: number[] = [];
    const giveUp = performance.now() + settings.patience * 1_000;
    const children = [...trial.stamps.newestPids()].slice(0, settings.kills);
    for (const [child, pid] of children) {
      const isPolling = delays.length > 0 && median(delays) > 50;
      await sleep(Math.random() * (isPolling ? 1_100 : 50));
      const killed = now();
      process.kill(pid, "SIGKILL");
      const again = await waitFor(
        `start of ${child}`,
        15_000,
        () => trial.stamps.read("S").findLast(({ name, at }) => name === child && at > killed),
        1,
      );
      delays.push(again.at - killed);
      if (performance.now() > giveUp) break;
    }
    results.add(contestant.name, "restart", ...delays);
  });
}
