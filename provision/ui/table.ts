import Table from "cli-table3";
import { makeVisible } from "../../shared/visible-text.ts";

const NO_LINES = Object.fromEntries(
  [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
    "left",
    "left-mid",
    "mid",
    "mid-mid",
    "right",
    "right-mid",
  ].map((name) => [name, ""]),
);

/** Rows in columns two spaces apart, without lines, as ps and docker print them. */
export function formatTable(head: string[], rows: string[][]): string {
  const table = new Table({
    chars: { ...NO_LINES, middle: "  " },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
  });
  // A cell has one line; its colours are ours.
  table.push(head, ...rows.map((row) => row.map(makeVisible)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
