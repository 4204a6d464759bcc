import { interpolate, type Variables } from "../../shared/interpolate.ts";
import type { Argv } from "./task/command.ts";

/** What could not be worked out; `path` is within the task. */
export interface ResolveProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/** Where a text of a task stands, and what its variables are. */
export interface Place {
  readonly path: readonly string[];
  readonly variables: Variables;
  /** takes what is wrong with the text */
  readonly problems: ResolveProblem[];
}

/** Replaces the variables in a text of a task; empty where that cannot be done. */
export function expandText(text: string, { path, variables, problems }: Place): string {
  const result = interpolate(text, variables);
  if (result.ok && !result.value.includes("\0")) return result.value;
  const message = result.ok ? "holds a NUL byte, which no program can be given" : result.message;
  problems.push({ path, message });
  return "";
}

/** The same for each word of a command: a value is never split, whatever it holds. */
export function expandArgv([program, ...words]: Argv, place: Place): Argv {
  return [expandText(program, place), ...words.map((word) => expandText(word, place))];
}
