import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteArgv } from "../../../shared/quote-argv.ts";
import { hasProgram } from "../provision/programs.ts";

/** What a POSIX shell makes of quoted text: the arguments that printf gets, NUL-separated. */
function readByShell(shell: string, quoted: string): string[] {
  const { stdout, status } = spawnSync(shell, ["-c", `printf '%s\\0' ${quoted}`], { encoding: "utf8" });
  expect(status).toBe(0);
  return stdout.split("\0").slice(0, -1);
}

test.each([
  [["docker", "compose", "up", "--detach"], "docker compose up --detach"],
  [["a b"], "'a b'"],
  [[""], "''"],
  [["it's"], "'it'\\''s'"],
  [["$HOME", "`id`", "$(id)"], "'$HOME' '`id`' '$(id)'"],
  [["*", "?", "[a]", "{a,b}", "~", "!x"], "'*' '?' '[a]' '{a,b}' '~' '!x'"],
  [["line\nbreak"], "'line\nbreak'"],
])("quotes %j", (argv, quoted) => {
  expect(quoteArgv(argv)).toBe(quoted);
});

// A C string ends at a NUL, so no argument holds one; a lone surrogate is no UTF-8.
const argument = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."'\"\\$`!*?[]{}()<>|&;#~=% \t\n\ra-") }),
  )
  .filter((text) => !text.includes("\0"));

test.each(["sh", "bash"].filter(hasProgram))("%s gets back every argument as it was", (shell) => {
  fc.assert(
    fc.property(fc.array(argument, { minLength: 1, maxLength: 40 }), (argv) => {
      expect(readByShell(shell, quoteArgv(argv))).toEqual(argv);
    }),
    { numRuns: 50 },
  );
});
