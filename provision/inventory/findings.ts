import type { Problem } from "../../shared/problem.ts";

/** Collects what is wrong (and what is lost) in one file. Both lists are in the order of discovery. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  constructor(readonly file: string) {}

  refuse(at: Place, message: string, hint?: string): void {
    this.problems.push({ file: this.file, position: at, path: "", message, hint });
  }

  warn(at: Place | undefined, message: string, hint?: string): void {
    this.warnings.push({ file: this.file, position: at, path: "", message, hint });
  }
}

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** In the order of the file; what concerns all of it comes first. */
export function sortByPlace(problems: readonly Problem[]): Problem[] {
  const rank = ({ position }: Problem) => (position?.line ?? 0) * 1e6 + (position?.column ?? 0);
  return [...problems].sort((a, b) => rank(a) - rank(b));
}
