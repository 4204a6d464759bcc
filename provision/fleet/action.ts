import type { Connection } from "../connection/connection.ts";

export interface ActionContext {
  /** shows one line of progress, until the next */
  progress(line: string): void;
  /** says something that people should know while they wait; it stays */
  tell(line: string): void;
  /** adds to the action's line what turned out only now: "20 kB in 1 layer" */
  note(text: string): void;
}

/** One thing to do on a host. */
export interface Action {
  title: string;
  /** counted as a change in the summary; a check or a wait is not */
  isChange: boolean;
  /** only looks, and is done whether or not there is something to change: with `--check` it is rehearsed and not listed */
  isCheck?: boolean;
  /** what would change in detail, for `--check --diff`: lines that begin with `+ ` or `- `, or two spaces for a remark */
  details?: string[];
  /**
   * With `--check`: finds out whether `run` would get through, without a change of the host. Returns details that are better
   * than those above, where there are any. Throws what `run` would throw.
   */
  rehearse?(context: ActionContext): Promise<string[] | undefined>;
  /** Resolves to false where it turned out that nothing had to be changed. */
  // biome-ignore lint/suspicious/noConfusingVoidType: most actions have nothing to say
  run(context: ActionContext): Promise<void | false>;
}

/** Looks at a host and says what to do there; an empty list where nothing has to be done. */
export type Planner = (connection: Connection) => Promise<Action[]>;
