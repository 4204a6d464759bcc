/** Measures process supervisors side by side: `npm run bench:supervisors -- --help`. */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { Command } from "commander";
import { type Contestant, type MetricName, metricNames, NotAvailable } from "./contestant.ts";
import { contestants } from "./contestants.ts";
import { measureAll } from "./measure.ts";
import { compileTools } from "./native.ts";
import { formatReport } from "./report.ts";
import { Results } from "./results.ts";
import type { Settings } from "./settings.ts";
import { killTrials } from "./trial.ts";

const list = (text: string): string[] => text.split(",");
const numbers = (text: string): number[] => list(text).map(Number);

interface Options extends Settings {
  readonly only?: string[];
  readonly json?: string;
}

const options = new Command("bench:supervisors")
  .description("Measures process supervisors side by side, and prints a table of medians.")
  .option("--only <names>", "contestants, separated by commas; all that are installed by default", list)
  .option("--metrics <names>", metricNames.join(","), (text) => list(text) as MetricName[], [...metricNames])
  .option("--sizes <numbers>", "numbers of children for boot", numbers, [1, 100, 1_000])
  .option("--children <number>", "children in all other metrics", Number, 100)
  .option("--repetitions <number>", "of each", Number, 3)
  .option("--kills <number>", "restarts in each repetition", Number, 100)
  .option("--patience <seconds>", "for the repetitions of one metric of one contestant", Number, 30)
  .option("--idle-seconds <seconds>", "how long idle contestants are watched", Number, 30)
  .option("--log-bytes <number>", "how much a child writes", Number, 500_000_000)
  .option("--json <file>", "write all samples here")
  .parse()
  .opts<Options>();

const taking: Contestant[] = [];
const versions: Record<string, string> = {};
for (const contestant of contestants) {
  if (options.only !== undefined && !options.only.includes(contestant.name)) continue;
  try {
    versions[contestant.name] = contestant.version();
    taking.push(contestant);
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error;
    versions[contestant.name] = error.message;
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    killTrials();
    process.exit(1);
  });
}
compileTools();
const results = new Results();
const begin = performance.now();
const loadBefore = loadavg()[0];
const elapsed = (): string => ((performance.now() - begin) / 1_000).toFixed(0).padStart(4);
await measureAll(taking, options, results, (text) => console.error(`[${elapsed()} s] ${text}`));

const machine = `Linux ${release()}, ${cpus().length} CPUs, Node ${process.version}, load ${loadBefore?.toFixed(1)} to ${loadavg()[0]?.toFixed(1)}`;
console.log(
  formatReport(
    results,
    taking.map(({ name }) => name),
    options,
  ),
);
console.log(`\n${machine}`);
for (const { name, note } of contestants)
  if (name in versions) console.log(`- ${name} ${versions[name]}: ${note}`);
if (options.json !== undefined)
  writeFileSync(
    options.json,
    `${JSON.stringify({ machine, versions, options, cells: results.cells }, undefined, 1)}\n`,
  );
