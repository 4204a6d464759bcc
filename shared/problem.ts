import { UserErrors } from "./user-error.ts";

/** A place in a text file; both numbers count from 1, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a configuration file. */
export interface Problem {
  /** the file as the user named it */
  readonly file: string;
  readonly position: Position | undefined;
  /** the key, dotted: `tasks.web.command`; empty for the whole file */
  readonly path: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Either the value, or everything that is wrong with its source. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** `tasks.yaml:3:5: tasks.web.comand: unknown key`, the form that editors and terminals make clickable. */
export function formatProblem(problem: Problem): string {
  const { file, position, path, message } = problem;
  const place = position === undefined ? file : `${file}:${position.line}:${position.column}`;
  return path === "" ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}

/** Problems in the order of their places, a file after the other. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return problems.toSorted(
    (a, b) =>
      files.indexOf(a.file) - files.indexOf(b.file) ||
      (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
      (a.position?.column ?? 0) - (b.position?.column ?? 0),
  );
}

/** More problems than this nobody reads: the rest is counted. */
const mostProblems = 50;

/** The problems of a file as one error, one line each; from the 51st on their number. */
export function toUserErrors(code: string, problems: readonly Problem[]): UserErrors {
  const shown = problems
    .slice(0, mostProblems)
    .map((problem) => ({ message: formatProblem(problem), hint: problem.hint }));
  const rest = problems.length - shown.length;
  return new UserErrors(code, rest === 0 ? shown : [...shown, { message: `and ${rest} more` }]);
}
