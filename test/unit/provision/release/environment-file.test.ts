import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { formatEnvironmentFile } from "../../../../provision/release/environment-file.ts";
import { makeFolder } from "../image/folder.ts";

test.each([
  ["example.org", "'example.org'"],
  ["", "''"],
  [' $HOME # "x" ', "' $HOME # \"x\" '"],
  ["it's $5", '"it\'s \\$5"'],
  ["C:\\", '"C:\\\\"'],
  ["one\ntwo\r\n", '"one\\ntwo\\r\\n"'],
])("%j is written %s", (value, written) => {
  expect(formatEnvironmentFile({ name: value })).toBe(`name=${written}\n`);
});

test("variables stand in the order of their names: the same for the same host", () => {
  expect(formatEnvironmentFile({ zone: "b", domain: "a" })).toBe("domain='a'\nzone='b'\n");
});

const hasCompose = spawnSync("docker", ["compose", "version"]).status === 0;

test.skipIf(!hasCompose)("the real Compose reads every value as it was", () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."\"'$\\`#= \t\n\r{}:-+?!%&*|>,[]~éa1") }),
    fc.string({ unit: "grapheme" }),
    fc.constantFrom(
      ..."'\\\n$\"",
      "\\'",
      "\\\\'",
      "'\\",
      "\\n",
      "\\$HOME",
      "$HOME",
      "${HOME}",
      "$$",
      "a # b",
      "1e3",
    ),
  );
  const usable = value.filter((text) => !text.includes("\0"));
  const values = fc.sample(usable, { numRuns: 300, seed: 20_260_101 });
  const vars = Object.fromEntries(values.map((text, index) => [`longshore_test_${index}`, text]));
  const names = Object.keys(vars);
  const compose = {
    name: "site",
    services: {
      web: { image: "x", environment: Object.fromEntries(names.map((name) => [name, `\${${name}}`])) },
    },
  };
  using folder = makeFolder({ env: formatEnvironmentFile(vars), "compose.yaml": JSON.stringify(compose) });
  const argv = ["--env-file", join(folder.path, "env"), "-f", join(folder.path, "compose.yaml")];
  const printed = execFileSync("docker", ["compose", ...argv, "config", "--format", "json"], {
    encoding: "utf8",
  });
  const read = (JSON.parse(printed) as typeof compose).services.web.environment;
  // `config` prints a file that can be read again: it doubles the dollar signs.
  const undoubled = names.map((name) => [name, read[name]?.replaceAll("$$", "$")]);
  expect(Object.fromEntries(undoubled)).toEqual(vars);
});
