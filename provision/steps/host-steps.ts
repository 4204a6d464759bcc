import { UserError } from "../../shared/user-error.ts";
import { ConnectionLostError } from "../connection/connection.ts";
import type { Action, ActionContext } from "../fleet/action.ts";
import type { Facts } from "../host/facts/facts.ts";
import { planSteps, type Step, type StepTools } from "../host/step.ts";

/** So often a step goes on after its connection was lost. */
const MAX_LOSSES = 3;

/** The actions that bring a host from `facts` to what the steps want. */
export function actionsFor(steps: readonly Step[], facts: Facts, tools: StepTools): Action[] {
  const host = new SteppedHost(steps, facts, tools);
  return planSteps(steps, facts).map(({ step, change }) => ({
    title: `${step.title}: ${change.summary}`,
    isChange: step.isWait !== true,
    details: change.details,
    rehearse:
      change.rehearse === undefined
        ? undefined
        : (context) => change.rehearse?.({ ...context, ...tools, facts }) ?? Promise.resolve(undefined),
    run: (context) => host.bring(step, context),
  }));
}

/** A host while its steps are applied: each step sees what the one before has left. */
class SteppedHost {
  constructor(
    private readonly steps: readonly Step[],
    private facts: Facts,
    private readonly tools: StepTools,
  ) {}

  /**
   * Brings the host to what a step wants. Where the connection is lost on the way, waits for the host to come back, reads
   * what is there by then, and goes on from that.
   *
   * @throws UserError `not_verified`; ConnectionLostError where it is lost again and again
   */
  async bring(step: Step, context: ActionContext): Promise<undefined | false> {
    for (let losses = 0; ; losses++) {
      try {
        if (losses > 0) await this.recover(step, context);
        const result = await this.bringOnce(step, context);
        // what is done already after a loss was done by us
        return losses > 0 ? undefined : result;
      } catch (error) {
        if (!(error instanceof ConnectionLostError) || losses === MAX_LOSSES) throw error;
        context.tell("the connection was lost: connecting again, to go on where this ended");
      }
    }
  }

  /** A power failure may have undone earlier steps, too: dpkg is left half way, a service is not running. */
  private async recover(step: Step, context: ActionContext): Promise<void> {
    this.facts = await this.tools.gather();
    for (const earlier of this.steps.slice(0, this.steps.indexOf(step)))
      if (earlier.check(this.facts) !== undefined) await this.bringOnce(earlier, context);
  }

  /**
   * Checks once more (an earlier step, or another operator, may have done it), applies, and verifies: the host's facts
   * are read again, and the step must have nothing left to do.
   *
   * @throws UserError `not_verified`
   */
  private async bringOnce(step: Step, context: ActionContext): Promise<undefined | false> {
    const change = step.check(this.facts);
    if (change === undefined) {
      context.note("done already");
      return false;
    }
    await change.apply({ ...context, ...this.tools, facts: this.facts });
    this.facts = await this.tools.gather();
    const left = step.check(this.facts);
    if (left === undefined) return undefined;
    const details = (left.details ?? []).map((line) => `\n    ${line}`).join("");
    throw new UserError(
      "not_verified",
      `cannot verify the step: it was applied without an error, and still has to ${left.summary}${details}`,
      { hint: "something on the host undoes it; `longshore provision --check --diff` shows what is left" },
    );
  }
}
