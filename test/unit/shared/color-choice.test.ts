import { expect, test } from "vitest";
import { wantsColors } from "../../../shared/color-choice.ts";

test.each<[Record<string, string>, boolean, boolean]>([
  [{}, true, true],
  [{}, false, false],
  [{ CI: "true" }, false, false],
  [{ NO_COLOR: "1" }, true, false],
  [{ NO_COLOR: "" }, true, true],
  [{ FORCE_COLOR: "1" }, false, true],
  [{ FORCE_COLOR: "0" }, true, false],
  [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false, false],
  [{ TERM: "dumb" }, true, false],
])("%j, in a terminal: %s", (env, isTerminal, expected) => {
  expect(wantsColors(env, isTerminal)).toBe(expected);
});
