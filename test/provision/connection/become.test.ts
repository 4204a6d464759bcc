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

test("a password is one line of stdin, and never an argument", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (password) => {
      const command = becomeArgv(["id"], { needed: true, password }, true);
      expect(command.stdinPrefix).toBe(`${password}\n`);
      expect(command.argv).toEqual(["sudo", "-k", "-S", "-p", "", "--", "id"]);
    }),
  );
});
