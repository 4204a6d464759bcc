import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "../contestant.ts";
import type { Results } from "../results.ts";
import type { Settings } from "../settings.ts";
import { withTrial } from "../with-trial.ts";

/** From the signal that ends the contestant to the end of its last process (ms); the children end promptly. */
export async function measureStop(
  contestant: Contestant,
  settings: Settings,
  results: Results,
): Promise<void> {
  await withTrial(contestant, { children: settings.children }, async (trial) => {
    await trial.booted();
    await sleep(2_000);
    const { children, tree } = await trial.shutDown();
    results.add(contestant.name, "stop children", children);
    results.add(contestant.name, "stop tree", tree);
  });
}
