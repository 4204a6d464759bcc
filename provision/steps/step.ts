import type { Connection } from "../connection/connection.ts";
import type { Facts } from "../facts/facts.ts";

/** What a step would do on a host. */
export interface Change {
  /** a few words for people: "install docker.io docker-compose" */
  summary: string;
  /** what would change in detail: lines that begin with `+ ` or `- ` */
  details?: string[];
  /** brings the host to the wanted state; safe to run again after a failure at any point */
  apply(context: ApplyContext): Promise<void>;
}

export interface ApplyContext {
  connection: Connection;
  facts: Facts;
  /** shows one line of progress */
  progress(line: string): void;
  /** adds to the step's summary what was decided only now: "from Docker's repository" */
  note(text: string): void;
}

/** One wanted property of a host. `check` is pure: it looks at facts only. */
export interface Step {
  id: string;
  title: string;
  /** the change that is needed, or undefined where the host is as wanted */
  check(facts: Facts): Change | undefined;
}

/** The changes that a host needs, in order. */
export function planSteps(steps: readonly Step[], facts: Facts): { step: Step; change: Change }[] {
  return steps.flatMap((step) => {
    const change = step.check(facts);
    return change === undefined ? [] : [{ step, change }];
  });
}
