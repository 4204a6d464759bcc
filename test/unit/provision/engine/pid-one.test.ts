import { expect, test } from "vitest";
import { describeArgv, isLongshored } from "../../../../provision/engine/pid-one.ts";

test.each<[string[], boolean]>([
  [["longshored"], true],
  [["/usr/local/bin/longshored", "/etc/longshore/tasks.yaml"], true],
  [["node", "/usr/local/bin/longshored"], true],
  [["/usr/bin/node", "--max-old-space-size=64", "/opt/longshore/longshored.cjs"], true],
  [["nodejs", "longshored.cjs"], true],
  [["node", "server.js", "longshored"], false],
  [["sh", "-c", "longshored"], false],
  [["/sbin/docker-init", "--", "longshored"], false],
  [["tini", "--", "node", "longshored.cjs"], false],
  [["longshored-old"], false],
  [["node"], false],
  [["nginx: master process"], false],
  [[], false],
])("%j", (argv, expected) => {
  expect(isLongshored(argv)).toBe(expected);
});

test("a long command line is cut, and lines are joined", () => {
  expect(describeArgv(["sh", "-c", "a\n  b"])).toBe("sh -c a b");
  expect(describeArgv(["x".repeat(100)])).toHaveLength(80);
});
