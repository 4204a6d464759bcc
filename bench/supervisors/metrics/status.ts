import { type Contestant, takesPart } from "../contestant.ts";
import type { Results } from "../results.ts";
import type { Settings } from "../settings.ts";
import { waitFor } from "../wait.ts";
import { withTrial } from "../with-trial.ts";

/** The client's wall time for the state of all children (ms), after a look whether its answer is right. */
export async function measureStatus(
  contestant: Contestant,
  settings: Settings,
  results: Results,
): Promise<void> {
  const { children } = settings;
  await withTrial(contestant, { children }, async (trial) => {
    if (takesPart(contestant, "boot")) await trial.booted();
    const argv = trial.use.status?.();
    const count = trial.use.countRunning;
    if (argv === undefined) return;
    if (count !== undefined) {
      const all = (): boolean => count(trial.call(argv)) === children;
      await waitFor(`status that shows ${children} running`, 20_000, all, 100);
    }
    for (const { milliseconds, exitCode } of trial.time(argv, 15)) {
      if (exitCode !== 0) throw new Error(`the status command exited with ${exitCode}`);
      results.add(contestant.name, "status", milliseconds);
    }
  });
}
