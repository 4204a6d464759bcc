import { UserError } from "../../supervisor/config/user-error.ts";
import type { Connection } from "../connection/connection.ts";
import type { Facts } from "../facts/facts.ts";
import type { ActionContext } from "../run/action.ts";

export interface StepTools {
  connection: Connection;
  /** reads the facts anew */
  gather(): Promise<Facts>;
  /** A further connection to the same host, with a handshake of its own; the caller closes it. */
  reconnect(): Promise<Connection>;
}

/** What a step would do on a host. */
export interface Change {
  /** a few words for people: "install docker.io docker-compose" */
  summary: string;
  /** what would change in detail: lines that begin with `+ ` or `- ` */
  details?: string[];
  /** brings the host to the wanted state; safe to run again after a failure at any point */
  apply(context: ApplyContext): Promise<void>;
}

export interface ApplyContext extends ActionContext, StepTools {
  facts: Facts;
}

/**
 * One wanted property of a host. `check` is pure: it looks at facts only. It is asked before `apply`, and with new facts
 * after it: then it must be satisfied.
 */
export interface Step {
  id: string;
  title: string;
  /** only waits for something: not a change of the host */
  isWait?: boolean;
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

/** @throws UserError `needs_systemd` for a role that can do nothing without it */
export function requireSystemd(role: string, init: Facts["init"]): void {
  if (init === "systemd") return;
  throw new UserError("needs_systemd", `cannot do ${role} on a host without systemd`, {
    hint: "leave it out of longshore_roles for this host",
  });
}
