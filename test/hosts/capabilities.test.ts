import { expect, test } from "vitest";
import { machineCapabilities } from "./capabilities.ts";

test.each([
  ["none", 0n, []],
  ["the lowest and the highest known bit", (1n << 0n) | (1n << 37n), ["CHOWN", "AUDIT_READ"]],
  ["SYS_RESOURCE is bit 24", 1n << 24n, ["SYS_RESOURCE"]],
  ["never mandatory access control, nor what old engines don't know", (1n << 33n) | (1n << 39n), []],
])("%s", (_title, bounding, names) => {
  expect(machineCapabilities(bounding)).toEqual(names);
});

test("this machine has some", () => {
  expect(machineCapabilities()).toContain("CHOWN");
});
