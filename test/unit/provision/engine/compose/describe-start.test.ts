import { expect, test } from "vitest";
import { describeStart } from "../../../../../provision/engine/compose/describe-start.ts";

const runs = (service: string) => ({ service, isRunning: true });
const ended = (service: string) => ({ service, isRunning: false });

test.each([
  [[], [runs("web")], "none had to be replaced"],
  [["web"], [runs("web")], "started web; healthy"],
  [["web"], [runs("web"), ended("migrate")], "started web; migrate is done, the rest is healthy"],
  [["migrate"], [ended("migrate")], "started migrate; migrate is done, nothing runs now"],
  [["a", "b"], [ended("a"), ended("b"), ended("b")], "started a, b; a, b are done, nothing runs now"],
])("%j of %j: %s", (started, all, expected) => {
  expect(describeStart(started, all)).toBe(expected);
});
