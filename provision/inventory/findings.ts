import type { Problem } from "../../shared/problem.ts";

/** Collects what is wrong (and what is lost) in one file. Both lists are in the order of discovery. */
export class Findings {
  readonly problems: Problem[] = [];
  readonly warnings: Warning[] = [];
  constructor(readonly file: string) {}

  refuse(at: Place, message: string, hint?: string): void {
    this.problems.push({ file: this.file, position: at, path: "", message, hint });
  }

  /** @param own the user's own variable that it is about: where a stack uses that, nobody is to be warned */
  warn(at: Place | undefined, message: string, hint?: string, own?: string): void {
    this.warnings.push({ file: this.file, position: at, path: "", message, hint, own });
  }
}

/** Something that is probably not meant. */
export interface Warning extends Problem {
  readonly own?: string | undefined;
}

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** In the order of the file; what concerns all of it comes first. */
export function sortByPlace<P extends Problem>(problems: readonly P[]): P[] {
  const rank = ({ position }: P) => (position?.line ?? 0) * 1e6 + (position?.column ?? 0);
  return [...problems].sort((a, b) => rank(a) - rank(b));
}
