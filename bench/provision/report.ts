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

/** Whom we are compared with. */
const PEERS = ["tuned", "least"];

/** A Markdown table of medians: a line for each figure, a column for each contestant, and our ratio to each form of Ansible. */
export function formatReport(samples: readonly Sample[], names: readonly string[]): string {
  const peers = PEERS.filter((peer) => names.includes("longshore") && names.includes(peer));
  const titles = [...new Set(samples.map(({ title }) => title))];
  const rows = titles.flatMap((title) =>
    UNITS.map(([key, unit, digits]) => {
      const values = names.map((name) => {
        const costs = samples.filter((sample) => sample.title === title && sample.contestant === name);
        return costs.length === 0 ? undefined : median(costs.map(({ cost }) => Number(cost[key])));
      });
      const ours = values[names.indexOf("longshore")];
      const ratios = peers.map((peer) => {
        const theirs = values[names.indexOf(peer)];
        return ours === undefined || theirs === undefined ? "-" : (ours / theirs).toFixed(2);
      });
      const cells = values.map((value) => value?.toFixed(digits) ?? "-");
      return `| ${[`${title}: ${unit}`, ...cells, ...ratios].join(" | ")} |`;
    }),
  );
  const head = [...names, ...peers.map((peer) => `longshore to ${peer}`)];
  return [`| | ${head.join(" | ")} |`, `|---|${"---:|".repeat(head.length)}`, ...rows].join("\n");
}
