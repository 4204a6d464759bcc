import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { becomeArgv } from "../../../provision/connection/become.ts";

const argv = ["apt-get", "update"];

test.each([
  ["the login user is root", { needed: false }, true, argv],
  ["root is not asked for", { needed: true, password: "secret" }, undefined, argv],
  ["root is asked not to be", { needed: true }, false, argv],
  ["sudo without a password", { needed: true }, true, ["sudo", "-n", "--", ...argv]],
])("%s", (_title, become, wanted, expected) => {
  expect(becomeArgv(argv, become, wanted)).toEqual({ argv: expected, stdinPrefix: "" });
});

test("a password is a line of stdin, and never an argument", () => {
  const password = fc.string({ minLength: 1 }).map((text) => `pw-${text}`);
  fc.assert(
    fc.property(password, (secret) => {
      const { argv, stdinPrefix } = becomeArgv(["id"], { needed: true, password: secret }, true);
      expect(stdinPrefix.startsWith(`${secret}\n`)).toBe(true);
      expect(argv.slice(0, 5)).toEqual(["sudo", "-k", "-S", "-p", ""]);
      expect(argv.join(" ")).not.toContain(secret);
    }),
  );
});

test.each([
  ["sudo reads the password", "read -r password; shift 5; "],
  ["sudo does not ask for one (NOPASSWD)", "shift 5; "],
])("where %s, the command gets its own input and nothing else", (_title, sudo) => {
  const { argv, stdinPrefix } = becomeArgv(["cat"], { needed: true, password: "secret" }, true);
  const input = "line one\n\\two\tand\u00e4\nno end";
  const stdout = execFileSync("sh", ["-c", `${sudo}exec "$@"`, ...argv], {
    input: stdinPrefix + input,
    encoding: "utf8",
  });
  expect(stdout).toBe(input);
});
