import { expect, it } from "vitest";
import type { Plan } from "../../../../../supervisor/config/files/load.ts";
import { PlanReader } from "../../../../../supervisor/runtime/load/plan-reader.ts";

const plan = (file: string): Plan => ({ file }) as Plan;

/** A reader whose readings end when the test says so. */
function slowReader() {
  const readings: { resolve: (plan: Plan) => void; reject: (error: Error) => void }[] = [];
  const reader = new PlanReader(() => new Promise((resolve, reject) => readings.push({ resolve, reject })));
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { reader, readings, settled };
}

it("reads once for all who ask while it reads, and not before that has ended", async () => {
  const { reader, readings, settled } = slowReader();
  const first = reader.fresh();
  await settled();
  const others = [reader.fresh(), reader.fresh(), reader.fresh()];
  await settled();
  expect(readings).toHaveLength(1);
  readings[0]?.resolve(plan("old"));
  expect((await first).file).toBe("old");
  await settled();
  expect(readings).toHaveLength(2);
  readings[1]?.resolve(plan("new"));
  const plans = await Promise.all(others);
  expect(plans[0]?.file).toBe("new");
  expect(new Set(plans).size).toBe(1);
});

it("reads again after a file that was wrong", async () => {
  const { reader, readings, settled } = slowReader();
  const first = reader.fresh();
  await settled();
  const second = reader.fresh();
  readings[0]?.reject(new Error("wrong"));
  await expect(first).rejects.toThrow("wrong");
  await settled();
  readings[1]?.resolve(plan("right"));
  expect((await second).file).toBe("right");
});
