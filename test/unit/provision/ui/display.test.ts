import { expect, test } from "vitest";
import { chooseDisplay } from "../../../../provision/ui/display.ts";

test.each([
  [{ json: false, isTTY: true }, "tree"],
  [{ json: false, isTTY: false }, "plain"],
  [{ json: true, isTTY: true }, "silent"],
  [{ json: true, isTTY: false }, "silent"],
])("%j: %s", (options, display) => {
  expect(chooseDisplay(options)).toBe(display);
});
