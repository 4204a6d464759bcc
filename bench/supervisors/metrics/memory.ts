import { setTimeout as sleep } from "node:timers/promises";
import { type Contestant, takesPart } from "../contestant.ts";
import { readMemory } from "../processes.ts";
import type { Results } from "../results.ts";
import type { Settings } from "../settings.ts";
import { withTrial } from "../with-trial.ts";

/** The memory of the contestant's own processes, 2 s after boot, with the output of every child captured (MB). */
export async function measureMemory(
  contestant: Contestant,
  settings: Settings,
  results: Results,
): Promise<void> {
  const options = { children: settings.children, captureLogs: true };
  await withTrial(contestant, options, async (trial) => {
    if (takesPart(contestant, "boot")) await trial.booted();
    await sleep(2_000);
    const pids = trial.ownPids();
    const { rss, pss, private: own } = readMemory(pids);
    results.add(contestant.name, "memory rss", rss / 1_024);
    results.add(contestant.name, "memory pss", pss / 1_024);
    results.add(contestant.name, "memory private", own / 1_024);
    results.add(contestant.name, "memory processes", pids.length);
  });
}
