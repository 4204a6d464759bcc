import type { Contestant } from "./contestant.ts";
import { waitForQuiet } from "./quiet.ts";
import { Trial } from "./trial.ts";
import type { TrialOptions } from "./trial-setup.ts";

/** Starts a contestant on a quiet machine, and leaves nothing of it behind. */
export async function withTrial<T>(
  contestant: Contestant,
  options: Partial<TrialOptions>,
  measure: (trial: Trial) => Promise<T>,
): Promise<T> {
  await waitForQuiet();
  const trial = new Trial(contestant, options);
  try {
    return await measure(trial);
  } finally {
    await trial.end();
  }
}
