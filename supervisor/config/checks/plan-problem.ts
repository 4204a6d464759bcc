/** A problem that only the whole file shows; `path` leads to the key it stands at. */
export interface PlanProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly hint?: string | undefined;
}
