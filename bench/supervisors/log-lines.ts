import { readFileSync } from "node:fs";

/** What became of the numbered lines of `workload flood`. */
export interface LineCheck {
  kept: number;
  lost: number;
  reordered: number;
  broken: number;
  /** lines whose halves stand in two files */
  cut: number;
  endsWell: boolean;
}

const lineLength = 100;

/** Reads the kept files, oldest first: each line must be whole and one more than the line before it. */
export function checkLines(files: readonly string[], lines: number): LineCheck {
  const check: LineCheck = { kept: 0, lost: 0, reordered: 0, broken: 0, cut: 0, endsWell: false };
  let previous: number | undefined;
  let half = "";
  for (const [index, file] of files.entries()) {
    const text = readFileSync(file, "latin1");
    const parts = (half + text).split("\n");
    if (half !== "") check.cut += 1;
    half = parts.pop() ?? "";
    // the beginning of the oldest line may have been rotated away
    if (index === 0 && parts[0]?.length !== lineLength - 1) {
      parts.shift();
      check.cut += 1;
    }
    for (const part of parts) {
      const number =
        /^\d{12} /.test(part) && part.length === lineLength - 1 ? Number(part.slice(0, 12)) : undefined;
      if (number === undefined) {
        check.broken += 1;
        continue;
      }
      check.kept += 1;
      if (previous !== undefined && number > previous + 1) check.lost += number - previous - 1;
      if (previous !== undefined && number <= previous) check.reordered += 1;
      previous = number;
    }
  }
  check.endsWell = previous === lines - 1 && half === "";
  return check;
}

/** `whole`, or what is wrong. */
export function describeLines(check: LineCheck): string {
  const problems = (["lost", "reordered", "broken", "cut"] as const)
    .filter((kind) => check[kind] > 0)
    .map((kind) => `${check[kind]} ${kind}`);
  if (!check.endsWell) problems.push("the end is missing");
  return problems.length === 0 ? "whole" : problems.join(", ");
}
