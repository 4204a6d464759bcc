import { stripVTControlCharacters } from "node:util";

/** Columns of text, each as wide as its widest cell, without borders; cells may be coloured. */
export function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) =>
    lines.reduce((widest, cells) => Math.max(widest, widthOf(cells[column] ?? "")), 0),
  );
  return lines
    .map((cells) =>
      cells
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + cell.length - widthOf(cell)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Characters that are seen. */
function widthOf(cell: string): number {
  return cell.includes("\u001b") ? stripVTControlCharacters(cell).length : cell.length;
}
