import { resolve } from "node:path";
import { expect, test } from "vitest";
import { noteOnVerbose, refuseFlagsOfNpm } from "../../../../../provision/cli/options/npm-flags.ts";
import { makeProgram } from "../../../../../provision/cli/program.ts";
import { runCommand } from "../../../../hosts/command.ts";
import { makeFolder } from "../../image/folder.ts";
import { GOOD_FILES } from "../longshore.ts";

type Environment = Record<string, string>;

/** What a script of that name gets of npm, and what comes of it. */
function refusalOf(script: string, args: string[], kept: Environment, env: Environment = {}): string {
  const settings = Object.entries(kept).map(([name, value]) => [`npm_config_${name}`, value]);
  const npm = {
    npm_config_user_agent: "npm/11.0.0 node/v22",
    npm_lifecycle_event: script,
    npm_command: "run",
  };
  const all = { ...npm, ...Object.fromEntries(settings), ...env };
  const words = script === "longshore" ? args : [script, ...args];
  try {
    refuseFlagsOfNpm(
      makeProgram(() => {}, words),
      words,
      all,
    );
  } catch (error) {
    const { message, hint } = error as { message: string; hint: string };
    return `${message.replace(" for itself: nothing was done", "")} → ${hint.replace(/.*Write: /, "")}`;
  }
  return "runs";
}

test.each<[string, string[], Environment, string]>([
  ["deploy", [], { check: "true" }, "npm kept --check → npm run deploy -- --check"],
  ["down", [], { limit: "web2" }, "npm kept --limit → npm run down -- --limit web2"],
  ["down", ["web2"], { limit: "true" }, "npm kept --limit → npm run down -- --limit web2"],
  ["down", ["web2"], { long: "true" }, "npm kept -l → npm run down -- --limit web2"],
  ["deploy", [], { lweb2: "true" }, "npm kept -lweb2 → npm run deploy -- --limit web2"],
  ["deploy", [], { lim: "web2" }, "npm kept --lim → npm run deploy -- --limit web2"],
  ["deploy", [], { inventroy: "x" }, "npm kept --inventroy → npm run deploy -- --inventory x"],
  ["deploy", ["5"], { force: "true" }, "npm kept -f → npm run deploy -- --forks 5"],
  ["deploy", [], { dry_run: "true" }, "npm kept --dry-run → npm run deploy -- --check"],
  ["deploy", [], { max_fail: "10%" }, "npm kept --max-fail → npm run deploy -- --max-fail 10%"],
  ["deploy", [], { k: "true" }, "npm kept -K → npm run deploy -- --ask-become-pass"],
  [
    "up",
    [],
    { yes: "true" },
    "npm kept --yes for itself, and up has no --yes: nothing was done → write: npm run up",
  ],
  [
    "deploy",
    [],
    { volumes: "true" },
    "npm kept --volumes for itself, and deploy has no --volumes: nothing was done → write: npm run deploy",
  ],
  [
    "status",
    [],
    { dry_run: "true" },
    "npm kept --dry-run for itself, and status has no --dry-run: nothing was done → write: npm run status",
  ],
  ["status", [], { json: "true" }, "npm kept --json → npm run status -- --json"],
  ["deploy", ["events"], { json: "true" }, "npm kept --json → npm run deploy -- --json=events"],
  ["deploy", [], { secrets: "a b" }, "npm kept --secrets → npm run deploy -- --secrets 'a b'"],
  [
    "down",
    ["web2", "--forks", "3"],
    { limit: "true", volumes: "true" },
    "npm kept --limit and --volumes → npm run down -- --forks 3 --limit web2 --volumes",
  ],
  [
    "deploy",
    ["25%", "web1"],
    { serial: "true", limit: "true" },
    "npm kept --serial and --limit → npm run deploy -- --serial SIZES --limit PATTERN",
  ],
  ["longshore", ["ping"], { limit: "a" }, "npm kept --limit → npm run longshore -- ping --limit a"],
  [
    "longshore",
    ["hosts", "trust"],
    { forks: "3" },
    "npm kept --forks → npm run longshore -- hosts trust --forks 3",
  ],
  [
    "longshore",
    ["inventory"],
    { graph: "true" },
    "npm kept --graph → npm run longshore -- inventory --graph",
  ],
])("npm run %s %j with %j: %s", (script, args, kept, expected) => {
  expect(refusalOf(script, args, kept)).toBe(expected);
});

test.each<[string, string[], Environment, Environment]>([
  ["deploy", ["--limit", "web2"], {}, {}],
  // what npm sets by itself, or a CI machine for npm
  ["deploy", [], { loglevel: "silent", cache: "/x", legacy_peer_deps: "true", audit: "", json: "" }, {}],
  ["deploy", [], { json: "false", long: "", force: "true", save_dev: "true", libvips_local: "1" }, {}],
  // npx's own question
  ["longshore", ["status"], { yes: "true" }, { npm_command: "exec" }],
  // these pass every word on, and have settings of their own
  ["deploy", [], { limit: "web2" }, { npm_config_user_agent: "yarn/1.22.22 npm/? node/v22" }],
  ["deploy", [], { limit: "web2" }, { npm_config_user_agent: "pnpm/9.0.0 npm/? node/v22" }],
])("npm run %s %j with %j %j runs", (script, args, kept, env) => {
  expect(refusalOf(script, args, kept, env)).toBe("runs");
});

test("npm's --verbose is npm's: a line says so", () => {
  const env = {
    npm_config_user_agent: "npm/11",
    npm_config_loglevel: "verbose",
    npm_lifecycle_event: "deploy",
  };
  expect(noteOnVerbose(["deploy"], env)).toContain("npm took --verbose");
  expect(noteOnVerbose(["deploy", "--verbose"], env)).toBeUndefined();
  expect(noteOnVerbose(["deploy"], { ...env, npm_config_loglevel: "notice" })).toBeUndefined();
});

test("with npm itself: nothing is done, exit code 1, and the right line", { timeout: 30_000 }, async () => {
  const script = `node ${resolve("dist/longshore.mjs")} down`;
  using folder = makeFolder({
    ...GOOD_FILES,
    "package.json": JSON.stringify({ name: "x", version: "1.0.0", scripts: { down: script } }),
  });
  const { code, stdout, stderr } = await runCommand(["npm", "run", "-s", "down", "--limit=web2"], {
    cwd: folder.path,
  });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain("Write: npm run down -- --limit web2");
});
