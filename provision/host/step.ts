import { UserError } from "../../shared/user-error.ts";
import type { Connection } from "../connection/connection.ts";
import type { ActionContext } from "../fleet/action.ts";
import type { Facts, UnitFacts } from "./facts/facts.ts";

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
  /** what would change in detail: lines that begin with `+ ` or `- `, or with two spaces for what only explains */
  details?: string[];
  /**
   * For `--check`: finds out whether `apply` would get through, and changes nothing on the host. Returns details to show in
   * place of those above, which were known without asking.
   *
   * @throws what `apply` would throw
   */
  rehearse?(context: ApplyContext): Promise<string[] | undefined>;
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

/** Seconds that systemd may take to enable or start a unit. */
export const UNIT_SECONDS = 120;

/** How a unit stands, for people: `disabled, inactive`. */
export function describeUnit(unit: UnitFacts | undefined): string {
  return `${unit?.enabled ? "enabled" : "disabled"}, ${unit?.active ? "active" : "inactive"}`;
}

/** @throws UserError `unit_masked` where somebody has said that a unit must not be started */
export function refuseMasked(name: string, unit: UnitFacts | undefined): void {
  if (unit?.masked !== true) return;
  throw new UserError("unit_masked", `cannot start ${name}: its unit is masked on the host`, {
    hint: `if nobody wants it so: \`systemctl unmask ${name}\` there; otherwise leave the role out for this host`,
  });
}

/** @throws UserError `needs_systemd` for a role that can do nothing without it */
export function requireSystemd(role: string, init: Facts["init"]): void {
  if (init === "systemd") return;
  throw new UserError("needs_systemd", `cannot do ${role} on a host without systemd`, {
    hint: "leave it out of longshore_roles for this host",
  });
}
