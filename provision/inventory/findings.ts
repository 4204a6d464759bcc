import type { Problem } from "../../supervisor/config/problem.ts";

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
