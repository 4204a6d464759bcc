import { setTimeout as sleep } from "node:timers/promises";
import { type Contestant, takesPart } from "../contestant.ts";
import { countCpu, cpuBetween } from "../processes.ts";
import type { Results } from "../results.ts";
import type { Settings } from "../settings.ts";
import { Trial } from "../trial.ts";

/** After its last work V8 collects garbage a few times more, the last time about half a minute later (ms). */
const settleTime = 35_000;

/** What contestants use of the CPU while nothing happens, all over the same seconds; figures are per 30 s. */
export async function measureIdle(
  contestants: readonly Contestant[],
  settings: Settings,
  results: Results,
): Promise<void> {
  const trials: { name: string; trial: Trial }[] = [];
  try {
    for (const contestant of contestants) {
      const trial = new Trial(contestant, { children: settings.children });
      trials.push({ name: contestant.name, trial });
      if (takesPart(contestant, "boot")) await trial.booted();
    }
    await sleep(settleTime);
    const before = trials.map(({ name, trial }) => {
      const pids = trial.ownPids();
      return { name, pids, count: countCpu(pids) };
    });
    await sleep(settings.idleSeconds * 1_000);
    const scale = 30 / settings.idleSeconds;
    for (const { name, pids, count } of before) {
      const { milliseconds, switches } = cpuBetween(count, countCpu(pids));
      results.add(name, "idle cpu", milliseconds * scale);
      results.add(name, "idle switches", switches * scale);
    }
  } finally {
    for (const { trial } of trials) await trial.end();
  }
}
