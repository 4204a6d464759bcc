import type { Contestant } from "../contestant.ts";
import { countCpu } from "../processes.ts";
import type { Results } from "../results.ts";
import { withTrial } from "../with-trial.ts";

/**
 * From the contestant's exec to the start of its last child, and what the contestant used of the CPU until then, which
 * says more on a machine that is not quiet (ms a child).
 */
export async function measureBoot(contestant: Contestant, children: number, results: Results): Promise<void> {
  await withTrial(contestant, { children }, async (trial) => {
    results.add(contestant.name, `boot ${children}`, (await trial.booted()) / children);
    const { exact } = countCpu(trial.ownPids());
    results.add(contestant.name, `boot cpu ${children}`, exact / children);
  });
}
