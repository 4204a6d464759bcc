import { describe, expect, test } from "vitest";
import { type CallOptions, GOOD_FILES, longshore, refused } from "./longshore.ts";

const ON_HOSTS = ["provision", "deploy", "status", "down", "up"];
const WITH_STACK = ["deploy", "up"];

const compose = (from: string, to: string): CallOptions => ({
  files: { "compose/site/compose.yaml": GOOD_FILES["compose/site/compose.yaml"].replace(from, to) },
});
const inventory = (text: string): CallOptions => ({ files: { "inventory.ini": text } });

describe.each(ON_HOSTS)("%s", (command) => {
  test.each<[string, string[], CallOptions, RegExp]>([
    [
      "an inventory that is not there",
      ["-i", "hosts.ini", command],
      {},
      /^longshore: cannot read the inventory hosts\.ini: it is not there\n {2}\S/,
    ],
    [
      "an inventory with a word that is no variable",
      [command],
      inventory("[web]\nweb1 ansible_host=127.0.0.1\nweb2 ansible_port\n"),
      /^longshore: inventory\.ini:3:6: .*ansible_port/,
    ],
    [
      "an inventory without hosts",
      [command],
      inventory("[web]\n"),
      /^longshore: .*inventory\.ini.* no hosts\n {2}\S/,
    ],
    ["a limit that matches nothing", [command, "--limit", "web9"], {}, /^longshore: .*web9.* matches no/],
  ])("%s", async (_title, args, options, message) => {
    expect(await refused(args, options)).toMatch(message);
  });
});

describe.each(WITH_STACK)("%s", (command) => {
  test.each<[string, string[], CallOptions, RegExp]>([
    [
      "a stack that is not there",
      ["--stack", "compose/blog"],
      {},
      /^longshore: cannot read compose\/blog\/compose\.yaml: ENOENT\n {2}.*--stack/,
    ],
    [
      "another name of the compose file",
      ["--stack", "old"],
      { files: { "old/docker-compose.yml": "name: x\n" } },
      /^longshore: cannot read old\/compose\.yaml: ENOENT\n {2}.*mv old\/docker-compose\.yml old\/compose\.yaml/,
    ],
    ["a stack's name", ["--stack", "site"], {}, /\n {2}write: --stack compose\/site$/m],
    [
      "a misspelt key of x-longshore",
      [],
      compose("supervisor", "superviser"),
      /compose\/site\/compose\.yaml:3:3: x-longshore\.superviser: unknown key \(host web1\)\n {2}did you mean "supervisor"\?/,
    ],
    [
      "a supervisor that is no service",
      [],
      compose("supervisor: web", "supervisor: wep"),
      /compose\.yaml:3:15: x-longshore\.supervisor: there is no service "wep".*\n {2}did you mean "web"\?/,
    ],
    ["a compose file that is no YAML", [], compose("services:", "services: ["), /compose\.yaml:\d+:\d+: /],
    [
      "a secrets file that is required and missing",
      [],
      compose("required: false", "required: true"),
      /^longshore: cannot read the secrets file secrets\/\.env: ENOENT\n {2}.*x-longshore\.secrets/,
    ],
    [
      "another secrets folder",
      ["--secrets", "private"],
      compose("required: false", "required: true"),
      /^longshore: cannot read the secrets file private\/\.env: ENOENT/,
    ],
    [
      "a misspelt key of tasks.yaml",
      [],
      { files: { "compose/site/tasks.yaml": "tasks:\n  app:\n    comand: sleep 1\n" } },
      /compose\/site\/tasks\.yaml:3:5: tasks\.app\.comand: unknown key\n {2}did you mean "command"\?/,
    ],
    [
      "a configuration file that is missing",
      [],
      compose("  secrets", "  config: [tasks.yaml, app.conf]\n  secrets"),
      /^longshore: cannot read compose\/site\/app\.conf: ENOENT\n {2}x-longshore\.config/,
    ],
    [
      "a build context that is missing",
      [],
      compose("build: .", "build: ./app"),
      /^longshore: compose\/site\/compose\.yaml:\d+:\d+: services\.web\.build: cannot read compose\/site\/app: there is no/,
    ],
  ])("%s", async (_title, args, options, message) => {
    expect(await refused([command, ...args], options)).toMatch(message);
  });
});

test("all problems of a file are told at once", async () => {
  const error = await refused(["deploy"], {
    files: { "compose/site/tasks.yaml": "tasks:\n  app:\n    comand: x\n    restrat: always\n" },
  });
  expect(error).toContain("tasks.yaml:3:5: tasks.app.comand");
  expect(error).toContain("tasks.yaml:4:5: tasks.app.restrat");
});

test("--json leaves stdout empty where nothing was done", async () => {
  expect(await refused(["deploy", "--json", "--stack", "nowhere"])).toMatch(
    /^longshore: cannot read nowhere/,
  );
});

test("--debug shows where in the code", async () => {
  const { code, stderr } = await longshore(["--debug", "deploy", "--stack", "nowhere"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^\s+at .*:\d+:\d+\)?$/m);
});

test("a secret's value is never told", async () => {
  const files = { "secrets/.env": "TOKEN=hush-hush\n", ...compose("services:", "services: [").files };
  expect(await refused(["deploy"], { files })).not.toContain("hush-hush");
});
