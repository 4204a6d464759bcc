import type { HostOutcome, PendingChange } from "../fleet/outcome.ts";
import { colors as pc } from "./colors.ts";

/** The last lines of a command: per host what became of it, and for a failure the reason and the way out. */
export function formatSummary(outcomes: HostOutcome[], diff = false): string {
  const width = Math.max(...outcomes.map(({ host }) => host.length));
  return outcomes.map((outcome) => formatOutcome(outcome, width, diff)).join("\n");
}

function formatOutcome(outcome: HostOutcome, width: number, diff: boolean): string {
  const { host, status, changes, pending = [], seconds, error } = outcome;
  const head = `${pc.bold(host.padEnd(width))}  ${PAINT[status](status.padEnd(11))}  ${seconds.toFixed(1)} s`;
  if (error !== undefined) {
    const command = error.command === undefined ? undefined : `the command: ${error.command.line}`;
    const lines = [`${error.step}: ${error.message}`, command, error.hint]
      .filter((line) => line !== undefined)
      .join("\n");
    const plan = pending.map((change) => formatPending(change, diff)).join("");
    return `${head}${changes.map((change) => `\n  changed: ${change}`).join("")}${plan}\n${lines.replace(/^/gm, "  ")}`;
  }
  if (status === "pending") return `${head}${pending.map((change) => formatPending(change, diff)).join("")}`;
  if (status === "skipped" || status === "interrupted") return `${head}  not begun`;
  if (changes.length === 0) return `${head}  nothing to change`;
  return `${head}${changes.map((change) => `\n  ${change}`).join("")}`;
}

function formatPending({ title, details }: PendingChange, diff: boolean): string {
  const lines = diff ? details.map((line) => `\n    ${paintDetail(line)}`) : [];
  return `\n  would change: ${title}${lines.join("")}`;
}

function paintDetail(line: string): string {
  if (line.startsWith("-")) return pc.red(line);
  return line.startsWith("+") ? pc.green(line) : line;
}

const PAINT: Record<HostOutcome["status"], (text: string) => string> = {
  ok: pc.green,
  changed: pc.yellow,
  pending: pc.yellow,
  failed: pc.red,
  unreachable: pc.red,
  skipped: pc.dim,
  interrupted: pc.yellow,
};
