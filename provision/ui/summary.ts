import pc from "picocolors";
import type { HostOutcome } from "../run/outcome.ts";

/** The last lines of a command: per host what became of it, and for a failure the reason and the way out. */
export function formatSummary(outcomes: HostOutcome[]): string {
  const width = Math.max(...outcomes.map(({ host }) => host.length));
  return outcomes.map((outcome) => formatOutcome(outcome, width)).join("\n");
}

function formatOutcome({ host, status, changes, seconds, error }: HostOutcome, width: number): string {
  const head = `${pc.bold(host.padEnd(width))}  ${PAINT[status](status.padEnd(11))}  ${seconds.toFixed(1)} s`;
  if (error !== undefined) {
    const lines = [`${error.step}: ${error.message}`, error.hint]
      .filter((line) => line !== undefined)
      .join("\n");
    return `${head}${changes.map((change) => `\n  changed: ${change}`).join("")}\n${lines.replace(/^/gm, "  ")}`;
  }
  if (changes.length === 0) return `${head}  nothing to change`;
  return `${head}${changes.map((change) => `\n  ${change}`).join("")}`;
}

const PAINT: Record<HostOutcome["status"], (text: string) => string> = {
  ok: pc.green,
  changed: pc.yellow,
  failed: pc.red,
  unreachable: pc.red,
};
