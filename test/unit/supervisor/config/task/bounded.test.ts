import { expect, it } from "vitest";
import { interpolate } from "../../../../../shared/interpolate.ts";
import { parseEnvFile } from "../../../../../supervisor/config/task/env-file.ts";
import { parseTasksFile } from "../../../../../supervisor/config/tasks-file.ts";
import { makeMatcher } from "../../../../../supervisor/runtime/health/readiness-watch.ts";

it("gives a pattern up that takes years, and says so once", () => {
  const faults: string[] = [];
  const matches = makeMatcher("(a+)+$", (fault) => faults.push(fault));
  expect(matches("xa")).toBe(true);
  expect(matches(`${"a".repeat(60)}b`)).toBe(false);
  expect(matches("a")).toBe(false);
  expect(faults).toEqual(["readiness.log is given up: (a+)+$ takes longer than 200 ms for its lines"]);
});

it("refuses variables that stand in each other without end", () => {
  expect(interpolate("${A:-${B:-${C}}}", { C: "1" })).toMatchObject({ value: "1" });
  const deep = `${"${A:-".repeat(20_000)}${"}".repeat(20_000)}`;
  expect(interpolate(deep, {})).toMatchObject({
    ok: false,
    message: expect.stringContaining("more than 50 deep"),
  });
});

it.each([
  ["blanks", `A=${" ".repeat(200_000)}x`],
  ["quotes", `A="${'\\"'.repeat(100_000)}`],
  ["hashes", "# #".repeat(100_000)],
  ["names", "a.".repeat(100_000)],
  ["lines", "A\n".repeat(50_000)],
])("reads an env file of many %s at once", (_, text) => {
  const started = performance.now();
  parseEnvFile(text);
  expect(performance.now() - started).toBeLessThan(2_000);
});

it("keeps the names of every object out of an env file, or in it", () => {
  expect(parseEnvFile("constructor=1\n__proto__=2\n")).toEqual({
    variables: { constructor: "1" },
    faults: [{ line: 2, message: "__proto__ is no name for a variable" }],
  });
});

const long = "x".repeat(200_000);
it.each([
  ["a key", `tasks: { a: { command: x, ${long.slice(0, 1_000)}: 1 } }`],
  ["a command of many blanks", `tasks: { a: { command: "x${" ".repeat(200_000)}'y" } }`],
  ["a command of many words", `tasks: { a: { command: ${"x ".repeat(50_000)} } }`],
  ["a command of many dollars", `tasks: { a: { command: x ${"$".repeat(100_001)} } }`],
  ["a schedule", `tasks: { a: { command: x, schedule: "${"* ".repeat(50_000)}" } }`],
  ["a list of minutes", `tasks: { a: { command: x, schedule: "${"1,".repeat(50_000)}2 * * * *" } }`],
  ["a duration", `tasks: { a: { command: x, timeout: ${"1s".repeat(50_000)}! } }`],
  ["a size", `tasks: { a: { command: x, max_memory: "${"1".repeat(100_000)} x" } }`],
  [
    "an address",
    `tasks: { a: { command: x, healthcheck: { http: "http://unix:/${"a:/".repeat(50_000)}" } } }`,
  ],
  ["a signal", `tasks: { a: { command: x, stop_signal: ${long} } }`],
  ["a user", `tasks: { a: { command: x, user: "${long}" } }`],
  ["a dependency", `tasks: { a: { command: x, depends_on: [${long}] } }`],
  ["a line that is no YAML", `tasks: { a: ${"a: [,".repeat(2_000)}`],
])("judges %s of any length at once", (_, text) => {
  const started = performance.now();
  parseTasksFile(text, "tasks.yaml");
  expect(performance.now() - started).toBeLessThan(5_000);
});
