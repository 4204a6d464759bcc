import { median } from "../supervisors/results.ts";
import type { Cost } from "./measure.ts";

export interface Sample {
  contestant: string;
  /** the figure: `again, 3 hosts` */
  title: string;
  cost: Cost;
}

const UNITS: [keyof Cost, string, number][] = [
  ["seconds", "s", 2],
  ["cpuSeconds", "CPU s", 2],
  ["megabytes", "MB", 0],
];

/** A Markdown table of medians: a line for each figure, a column for each contestant, and our ratio to tuned Ansible. */
export function formatReport(samples: readonly Sample[], names: readonly string[]): string {
  const titles = [...new Set(samples.map(({ title }) => title))];
  const rows = titles.flatMap((title) =>
    UNITS.map(([key, unit, digits]) => {
      const values = names.map((name) => {
        const costs = samples.filter((sample) => sample.title === title && sample.contestant === name);
        return costs.length === 0 ? undefined : median(costs.map(({ cost }) => Number(cost[key])));
      });
      const [ours, tuned] = [values[names.indexOf("longshore")], values[names.indexOf("tuned")]];
      const ratio = ours === undefined || tuned === undefined ? "-" : (ours / tuned).toFixed(2);
      const cells = values.map((value) => value?.toFixed(digits) ?? "-");
      return `| ${[`${title}: ${unit}`, ...cells, ratio].join(" | ")} |`;
    }),
  );
  const head = ["", ...names, "longshore to tuned"];
  return [`| ${head.join(" | ")} |`, `|---|${"---:|".repeat(names.length + 1)}`, ...rows].join("\n");
}
