import { expect, test } from "vitest";
import pkg from "../../../../package.json" with { type: "json" };
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
  [["provision", "extra"], /too many arguments \(extra\)\n {2}write: longshore provision --limit extra$/m],
  [["deploy", "site"], /write: longshore deploy --stack compose\/site$/m],
  [["ping", "web1", "db1"], /write: longshore ping --limit web1,db1$/m],
  [["hosts", "trust", "web1"], /write: longshore hosts trust --limit web1$/m],
  [["deploy", "--dry-run", "--limit", "web1"], /write: longshore deploy --check --limit web1$/im],
  [["status", "-C"], /unknown option -C\n {2}status changes nothing/],
  [["deploy", "-e", "a=b"], /unknown option -e\n {2}.*\[all:vars\]/],
  [["up", "--detach"], /unknown option --detach\n {2}leave it out/],
  [["deploy", "--diff"], /--check is not there\n {2}write: longshore deploy --diff --check/],
  [["status", "--limit", ""], /is empty\n {2}.*--limit all/],
  [["status", "--limit="], /is empty\n {2}.*--limit all/],
  [["status", "--limit", " , "], /names no host\n {2}.*--limit all/],
  [["status", "--limit", "web1,!"], /has nothing after !/],
  [["status", "--limit", "~"], /has nothing after ~/],
  [["deploy", "--stack", ""], /the value of -s, --stack <dir> is empty/],
  [["-i", "", "status"], /the value of -i, --inventory <file> is empty/],
  [["status", "-i", "a", "-i", "b"], /--inventory is given twice: a and b/],
  [["-i", "a", "status", "-i", "b"], /--inventory is given twice: a and b/],
  [["status", "-l", "a", "--limit", "b"], /--limit is given twice: a and b\n {2}write --limit a,b/],
  [["deploy", "-s", "a", "--stack=b"], /--stack is given twice: a and b/],
  [["deploy", "--log", "--check"], /--check was taken for the value of --log <file>\n {2}.*\.\/--check/],
  [["deploy", "--secrets", "--check"], /--check was taken for the value of --secrets/],
  [["up", "--log", "-v"], /-v was taken for the value of --log/],
  [["deploy", "--log=--check"], /--check was taken for the value of --log/],
  [["status", "-l", "-k"], /-k was taken for the value of -l, --limit/],
  [["-i", "--forks", "status"], /--forks was taken for the value of -i, --inventory/],
  [["hosts", "trust", "--fingerprint", "--json"], /--json was taken for the value of --fingerprint/],
  [["provision", "--", "web1"], /write: longshore provision --limit web1$/m],
  [["provision", "--forks", "1e3"], /'1e3' is invalid/],
  [["provision", "--forks", "0x10"], /'0x10' is invalid/],
  [["provision", "--forks", "99999999999999999999"], /is invalid/],
  [["provision", "--forks", "0"], /'0' is invalid.*a whole number from 1/],
  [["provision", "--forks", "many"], /'many' is invalid/],
  [["provision", "--forks", "1.5"], /'1.5' is invalid/],
  [["provision", ""], /provision takes options only, and one of its arguments is empty\n {2}is a variable/],
  [["deploy", "web1", " "], /one of its arguments is empty/],
  [["inventory", ""], /one of its arguments is empty/],
])("%j is refused", async (args, message) => {
  expect(await refused(args)).toMatch(message);
});

test.each([
  ["an unknown command", ["de\u001b[2J"]],
  ["an unknown option", ["deploy", "--x\u001b]0;x\u0007"]],
  ["a bad choice", ["deploy", "--json=\u009b2J"]],
])("%s is shown without its control characters", async (_, args) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  expect(await refused(args)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test("nothing of an inventory acts on the terminal, and its JSON says the same", async () => {
  const files = { "inventory.ini": "[g\u202e]\nh\u202e1 a=x\u009b2J b=\u007f\n" };
  for (const args of [["--graph"], ["--limit", "all"], ["--list"], ["--host", "h\u202e1"]]) {
    const { code, stdout } = await longshore(["inventory", ...args], { files });
    expect({ args, code }).toEqual({ args, code: 0 });
    expect(stdout).not.toMatch(/[\u007f-\u009f\u202e]/);
    if (args[0] === "--host") expect(JSON.parse(stdout)).toMatchObject({ a: "x\u009b2J", b: "\u007f" });
  }
});

test.each([
  ["a compose file uses it", "ports: ['${port}:80']", false],
  ["no compose file uses it", "ports: ['80:80']", true],
])("a variable of one's own with a name like one for the connection: %s", async (_, ports, isTold) => {
  const files = {
    "inventory.ini": "h port=8080\n",
    "compose/shop/compose.yaml": `services: { web: { ${ports} } }`,
  };
  const { stderr } = await longshore(["inventory", "--list"], { files });
  expect(stderr.includes("port is a variable of your own")).toBe(isTold);
});

test("a YAML inventory is one error, whatever its name", async () => {
  for (const text of ["all:\n  hosts:\n    web1:\n", "---\nall:\n", "# x\n\nweb:\n  hosts: {a: {}}\n"]) {
    const { stderr, code } = await longshore(["inventory"], { files: { "inventory.ini": text } });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^longshore: cannot read the inventory inventory.ini: it is YAML\n {2}only Ansible's INI[^\n]*\n$/,
    );
  }
});
