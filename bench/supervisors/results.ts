/** All samples of one figure of one contestant, or a text: an answer that is no number, or why there is none. */
export type Cell = number[] | string;

/** What was measured: by contestant, then by figure. */
export class Results {
  readonly cells: Record<string, Record<string, Cell>> = {};

  add(contestant: string, figure: string, ...samples: number[]): void {
    const row = this.rowOf(contestant);
    const cell = row[figure];
    if (Array.isArray(cell)) cell.push(...samples);
    else row[figure] = samples;
  }

  say(contestant: string, figure: string, text: string): void {
    this.rowOf(contestant)[figure] = text;
  }

  read(contestant: string, figure: string): Cell | undefined {
    return this.cells[contestant]?.[figure];
  }

  private rowOf(contestant: string): Record<string, Cell> {
    const row = this.cells[contestant] ?? {};
    this.cells[contestant] = row;
    return row;
  }
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 0.5);
}

/** The smallest sample that at least this share of the samples does not exceed. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
