import { describe, expect, test } from "vitest";
import type { Planner } from "../../../../provision/fleet/action.ts";
import { exitCodeOf, type HostOutcome } from "../../../../provision/fleet/outcome.ts";
import type { RunOptions } from "../../../../provision/fleet/run-hosts.ts";
import { UserError } from "../../../../shared/user-error.ts";
import { act, runPlanners } from "./run-planners.ts";

test("hosts are worked on at the same time, and never more than asked for", async () => {
  let now = 0;
  let most = 0;
  const planner: Planner = async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(setImmediate);
    now -= 1;
    return [];
  };
  const planners = Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`web${index}`, planner]));
  await runPlanners(planners, { forks: 3 });
  expect(most).toBe(3);
});

const fail: Planner = async () => {
  throw new UserError("broken", "broken");
};
const statuses = (outcomes: HostOutcome[]) => outcomes.map(({ status }) => status);
const six = (failing: number[]) =>
  Object.fromEntries(
    Array.from({ length: 6 }, (_, index): [string, Planner] => [
      `web${index}`,
      failing.includes(index) ? fail : async () => [],
    ]),
  );

describe("batches", () => {
  test("the next begins when the one before has ended", async () => {
    const order: string[] = [];
    const slow =
      (name: string): Planner =>
      async () => {
        order.push(`${name} begins`);
        await new Promise(setImmediate);
        return [act("one", async () => void order.push(`${name} ends`))];
      };
    await runPlanners({ a: slow("a"), b: slow("b"), c: slow("c") }, { serial: [{ count: 2 }] });
    expect(order.slice(0, 4).sort()).toEqual(["a begins", "a ends", "b begins", "b ends"]);
    expect(order.slice(4)).toEqual(["c begins", "c ends"]);
  });

  test("a batch that is lost as a whole ends the run", async () => {
    const { outcomes } = await runPlanners(six([2, 3]), { serial: [{ count: 2 }] });
    expect(statuses(outcomes)).toEqual(["ok", "ok", "failed", "failed", "skipped", "skipped"]);
    expect(exitCodeOf(outcomes)).toBe(1);
  });

  test("one good host in it, and the run goes on", async () => {
    const { outcomes } = await runPlanners(six([2]), { serial: [{ count: 2 }] });
    expect(statuses(outcomes)).toEqual(["ok", "ok", "failed", "ok", "ok", "ok"]);
  });
});

test.each<[RunOptions["maxFail"], number[], string]>([
  [undefined, [0, 1, 2], "failed failed failed ok ok ok"],
  [{ count: 0 }, [1], "ok failed skipped skipped skipped skipped"],
  [{ count: 1 }, [1, 3], "ok failed ok failed skipped skipped"],
  [{ percent: 34 }, [0, 1, 2], "failed failed failed skipped skipped skipped"],
])("with at most %j failing, and %j failing: %s", async (maxFail, failing, expected) => {
  const { outcomes } = await runPlanners(six(failing), { maxFail, forks: 1 });
  expect(statuses(outcomes).join(" ")).toBe(expected);
});
