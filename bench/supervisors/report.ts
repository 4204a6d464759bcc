import { probeNames } from "./metrics/probes.ts";
import { type Cell, median, percentile, type Results } from "./results.ts";
import type { Settings } from "./settings.ts";

interface Row {
  readonly title: string;
  readonly figure: string;
  /** what of the samples is shown; the median by default */
  readonly statistic?: (samples: readonly number[]) => number;
  /** the contestant that shows what cannot be beaten */
  readonly floor?: string;
}

/** A Markdown table: a line for each figure, a column for each contestant, and this project's ratio to the floor. */
export function formatReport(results: Results, names: readonly string[], settings: Settings): string {
  const lines = listRows(settings).flatMap((row) => {
    const cells = names.map((name) => formatCell(results.read(name, row.figure), row));
    if (cells.every((cell) => cell === "-")) return [];
    return [`| ${[row.title, ...cells, formatRatio(results, row)].join(" | ")} |`];
  });
  const head = ["", ...names, "longshore to floor"];
  return [`| ${head.join(" | ")} |`, `|---|${"---:|".repeat(names.length + 1)}`, ...lines].join("\n");
}

function listRows({ sizes, children }: Settings): Row[] {
  const floor = "floor-node";
  return [
    ...sizes.flatMap((size): Row[] => [
      { title: `boot of ${size}, ms a child`, figure: `boot ${size}`, floor },
      { title: `boot of ${size}, CPU ms a child`, figure: `boot cpu ${size}`, floor },
    ]),
    { title: "restart after SIGKILL, p50 ms", figure: "restart", floor },
    {
      title: "restart after SIGKILL, p99 ms",
      figure: "restart",
      statistic: (all) => percentile(all, 0.99),
      floor,
    },
    { title: `RSS of ${children} with logs, MB`, figure: "memory rss", floor },
    { title: "the same, private MB", figure: "memory private", floor },
    { title: "the same, processes", figure: "memory processes" },
    { title: "idle 30 s, CPU ms", figure: "idle cpu" },
    { title: "idle 30 s, context switches", figure: "idle switches" },
    { title: "log capture, MB/s", figure: "log rate", floor },
    { title: "log capture, CPU s/GB", figure: "log cpu", floor },
    { title: "log capture, peak RSS MB", figure: "log peak", floor },
    { title: "log capture, kept lines", figure: "log lines" },
    { title: `status of ${children}, ms`, figure: "status", floor: "idle-node" },
    { title: `stop of ${children}, ms to the last child's end`, figure: "stop children", floor },
    { title: `stop of ${children}, ms to the end of all`, figure: "stop tree", floor },
    ...probeNames.map((name): Row => ({ title: name, figure: name })),
  ];
}

function formatCell(cell: Cell | undefined, { statistic = median }: Row): string {
  if (cell === undefined || cell.length === 0) return "-";
  return typeof cell === "string" ? cell : formatNumber(statistic(cell));
}

function formatRatio(results: Results, { figure, floor, statistic = median }: Row): string {
  const own = results.read("longshore", figure);
  const least = floor === undefined ? undefined : results.read(floor, figure);
  if (!Array.isArray(own) || !Array.isArray(least)) return "";
  return (statistic(own) / statistic(least)).toFixed(2);
}

function formatNumber(number: number): string {
  if (number === 0 || number >= 100) return number.toFixed(0);
  return number.toFixed(number >= 10 ? 1 : 2);
}
