import { type Contestant, type MetricName, takesPart } from "./contestant.ts";
import { measureBoot } from "./metrics/boot.ts";
import { measureIdle } from "./metrics/idle.ts";
import { measureLog } from "./metrics/log.ts";
import { measureMemory } from "./metrics/memory.ts";
import { probe } from "./metrics/probes.ts";
import { measureRestart } from "./metrics/restart.ts";
import { measureStatus } from "./metrics/status.ts";
import { measureStop } from "./metrics/stop.ts";
import type { Results } from "./results.ts";
import type { Settings } from "./settings.ts";

type Measure = (contestant: Contestant, settings: Settings, results: Results) => Promise<void>;

const measures: readonly {
  readonly metric: MetricName;
  readonly times: "once" | "repeated";
  readonly run: Measure;
}[] = [
  { metric: "restart", times: "repeated", run: measureRestart },
  { metric: "memory", times: "once", run: measureMemory },
  { metric: "log", times: "repeated", run: measureLog },
  { metric: "status", times: "repeated", run: measureStatus },
  { metric: "stop", times: "repeated", run: measureStop },
  { metric: "probes", times: "once", run: (contestant, _, results) => probe(contestant, results) },
];

/**
 * Measures everything that the settings ask for. Contestants take turns within a repetition, so that what else the
 * machine does meets all of them; one that has used up its patience gets no further repetition.
 */
export async function measureAll(
  contestants: readonly Contestant[],
  settings: Settings,
  results: Results,
  progress: (text: string) => void,
): Promise<void> {
  const takeTurns = async (title: string, metric: MetricName, repetitions: number, run: Measure) => {
    if (!settings.metrics.includes(metric)) return;
    const spent = new Map<Contestant, number>();
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      for (const contestant of contestants.filter((one) => takesPart(one, metric))) {
        const before = spent.get(contestant) ?? 0;
        if (before > settings.patience * 1_000) continue;
        const start = performance.now();
        await run(contestant, settings, results).catch((error: Error) => {
          results.say(contestant.name, `${title} failed`, error.message);
          spent.set(contestant, Number.POSITIVE_INFINITY);
          progress(`${title}, ${contestant.name}: ${error.message}`);
        });
        const took = performance.now() - start;
        spent.set(contestant, before + took);
        progress(`${title} ${repetition}/${repetitions}, ${contestant.name}: ${(took / 1_000).toFixed(1)} s`);
      }
    }
  };
  for (const size of settings.sizes) {
    const boot: Measure = (contestant) => measureBoot(contestant, size, results);
    await takeTurns(`boot ${size}`, "boot", settings.repetitions, boot);
  }
  for (const { metric, times, run } of measures)
    await takeTurns(metric, metric, times === "once" ? 1 : settings.repetitions, run);
  if (settings.metrics.includes("idle")) {
    await measureIdle(
      contestants.filter((one) => takesPart(one, "idle")),
      settings,
      results,
    );
    progress("idle");
  }
}
