import { execFileSync, spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatEnvironmentFile } from "../../../../provision/release/environment-file.ts";
import { resolveBuilds, type ServiceBuild } from "../../../../provision/stack/builds.ts";
import { loadStack } from "../../../../provision/stack/stack.ts";
import { makeHost, makeStackFolder } from "../inventory/stack-folder.ts";

/** The build of the service `web`, as YAML on one line, for a host with these variables. */
async function resolve(build: string, variables: Record<string, string> = {}): Promise<ServiceBuild> {
  const text = `name: site\nx-longshore: { supervisor: web }\nservices:\n  web: { build: ${build} }\n  db: { image: x }\n`;
  using folder = makeStackFolder({ "compose.yaml": text });
  const { web, ...others } = resolveBuilds(await loadStack(folder.directory), makeHost(), { variables });
  expect(others).toEqual({});
  return web as ServiceBuild;
}

const VARIABLES = { stage: "test", empty: "" };

const ARGUMENTS: [string, string, Record<string, string>][] = [
  ["a map", "{ VERSION: 1.2, DEBUG: true, NAME: site }", { VERSION: "1.2", DEBUG: "true", NAME: "site" }],
  [
    "a list",
    "[VERSION=1.2, EMPTY=, 'URL=http://x/?a=b']",
    { VERSION: "1.2", EMPTY: "", URL: "http://x/?a=b" },
  ],
  [
    "variables in a map",
    '{ A: "${stage}", B: "${none:-${stage}}!", C: $stage-1 }',
    { A: "test", B: "test!", C: "test-1" },
  ],
  [
    "variables in a list",
    '["A=${stage:?}", "B=$$stage", "C=${empty:-x}"]',
    { A: "test", B: "$stage", C: "x" },
  ],
  ["one that is not set", '{ A: "${none}", "${stage}": x }', { A: "", "${stage}": "x" }],
  [
    "no value in a map: the variable of that name",
    "{ stage: , empty: , none: }",
    { stage: "test", empty: "" },
  ],
  ["no value in a list", "[stage, empty, none]", { stage: "test", empty: "" }],
];

test.each(ARGUMENTS)("arguments: %s", async (_title, args, expected) => {
  expect((await resolve(`{ context: ., args: ${args} }`, VARIABLES)).args).toEqual(expected);
});

const hasCompose = spawnSync("docker", ["compose", "version"]).status === 0;

test.skipIf(!hasCompose)("the real Compose takes them so", () => {
  const services = ARGUMENTS.map(
    ([, args], at) => `  s${at}: { image: x, build: { context: ., args: ${args} } }\n`,
  );
  using folder = makeStackFolder({
    "compose.yaml": `name: site\nservices:\n${services.join("")}`,
    env: formatEnvironmentFile(VARIABLES),
  });
  const argv = ["--env-file", join(folder.directory, "env"), "-f", folder.file, "config", "--format", "json"];
  const printed = execFileSync("docker", ["compose", ...argv], { encoding: "utf8", stdio: "pipe" });
  const read = JSON.parse(printed) as {
    services: Record<string, { build: { args?: Record<string, string> } }>;
  };
  for (const [at, [, , expected]] of ARGUMENTS.entries()) {
    // `config` prints a file that can be read again: it doubles the dollar signs.
    const args = JSON.stringify(read.services[`s${at}`]?.build.args ?? {}).replaceAll("$$", "$");
    expect(JSON.parse(args)).toEqual(expected);
  }
});

test("variables may stand in the other keys too", async () => {
  expect(await resolve('"apps/${stage}"', VARIABLES)).toMatchObject({
    context: "apps/test",
    dockerfile: "Dockerfile",
    args: {},
  });
  const build = '{ context: ., dockerfile: "Dockerfile.${stage}", target: "${target:-run}" }';
  expect(await resolve(build, VARIABLES)).toMatchObject({ dockerfile: "Dockerfile.test", target: "run" });
});

test.each([
  [
    "{ args: { A: '${none:?which one}' } }",
    /:4:\d+: services\.web\.build\.args\.A: \$\{none\} is not set: which one \(host web1\)/,
  ],
  ["{ args: ['A=${none'] }", /:4:\d+: services\.web\.build\.args\.0: cannot read/],
  ["{ args: { A: [x] } }", /:4:\d+: services\.web\.build/],
  ["{ contxt: . }", /:4:19: services\.web\.build\.contxt: unknown key$/],
  ["{ context: ., ssh: [default] }", /:4:36: services\.web\.build\.ssh: is not supported here/],
  ["{ context: ., platforms: [linux/arm64] }", /:4:\d+: services\.web\.build\.platforms: is not supported/],
  ["{ context: ., no_cache: perhaps }", /:4:\d+: services\.web\.build\.no_cache: expected true or false/],
])("%s is refused with its place", async (build, message) => {
  await expect(resolve(build)).rejects.toThrow(message);
});

test("labels, network and cache are read as Compose writes them", async () => {
  const build =
    '{ labels: [a=1, b], network: "${net:-host}", cache_from: [x:1], no_cache: "${nc:-true}", pull: true }';
  expect(await resolve(build, VARIABLES)).toMatchObject({
    labels: { a: "1", b: "" },
    network: "host",
    cache: { from: ["x:1"], none: true, pull: true },
  });
});
