import { expect, test } from "vitest";
import pkg from "../../../package.json" with { type: "json" };
import { longshore, refused } from "./longshore.ts";

const COMMANDS = ["up", "provision", "deploy", "status", "down", "inventory"];

test("--help lists every command", async () => {
  const { code, stdout, stderr } = await longshore(["--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
});

test.each(COMMANDS)("%s --help explains its options", async (command) => {
  const { code, stdout, stderr } = await longshore([command, "--help"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain(`Usage: longshore ${command} [options]`);
  // An option without a word about it is one that nobody finds.
  expect(stdout).not.toMatch(/^ {2}-[^ ]+( <\w+>)?$/m);
});

test("--version", async () => {
  expect(await longshore(["--version"])).toMatchObject({ code: 0, stdout: `${pkg.version}\n`, stderr: "" });
});

test.each<[string[], RegExp]>([
  [[], /^Usage: longshore/],
  [["provison"], /unknown command 'provison'\n\(Did you mean provision\?\)/],
  [["provision", "--forsk", "3"], /unknown option '--forsk'\n\(Did you mean --forks\?\)/],
  [["--inventori", "x", "status"], /unknown option '--inventori'/],
  [["deploy", "--stack"], /argument missing/],
  [["provision", "extra"], /too many arguments/],
  [["provision", "--forks", "0"], /'0' is invalid.*a whole number from 1/],
  [["provision", "--forks", "many"], /'many' is invalid/],
  [["provision", "--forks", "1.5"], /'1.5' is invalid/],
])("%j is refused", async (args, message) => {
  expect(await refused(args)).toMatch(message);
});
