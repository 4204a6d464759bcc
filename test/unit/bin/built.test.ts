import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const BIN = new URL("../../../bin", import.meta.url).pathname;

/** Stands in for the build: a program that says how often it was built. */
const BUILDER = `import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { describeSources } from "../../../bin/built.cjs";
console.log("building");
mkdirSync("dist", { recursive: true });
appendFileSync("builds", "x");
writeFileSync("dist/longshore.mjs", 'console.log("build ' + readFileSync("builds").length + '", ...process.argv.slice(1))');
writeFileSync("dist/longshored.cjs", 'console.log("daemon", ...process.argv.slice(1))');
writeFileSync("dist/longshore.sources", describeSources("."));
`;

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "longshore-clone-"));
  cpSync(BIN, join(root, "bin"), { recursive: true });
  write("scripts/build.ts", "");
  write("provision/longshore.ts", "one");
  write("provision/cli/help.ts", "one");
  write("node_modules/.package-lock.json", "{}");
  write("node_modules/tsx/dist/cli.mjs", BUILDER);
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "bin", program), ...args], {
    encoding: "utf8",
  });
  return { status, stdout: stdout.replaceAll(root, "ROOT"), stderr };
}

test("is built where it is missing, once, and says nothing of that on stdout", () => {
  const first = run("longshore.mjs", "status", "--json");
  expect(first).toEqual({
    status: 0,
    stdout: "build 1 ROOT/dist/longshore.mjs status --json\n",
    stderr: "building\n",
  });
  expect(run("longshore.mjs")).toMatchObject({ stdout: "build 1 ROOT/dist/longshore.mjs\n", stderr: "" });
  expect(run("longshored.cjs", "x").stdout).toBe("daemon ROOT/dist/longshored.cjs x\n");
});

test.each<[string, () => void]>([
  ["a file was changed", () => write("provision/cli/help.ts", "another")],
  ["a file came", () => write("supervisor/new.ts", "")],
  ["a file went", () => rmSync(join(root, "provision/cli/help.ts"))],
  ["an older file came back", () => utimesSync(join(root, "provision/cli/help.ts"), 1, 1)],
  ["npm changed a package", () => write("node_modules/.package-lock.json", '{ "packages": {} }')],
  ["a program is gone", () => rmSync(join(root, "dist/longshore.mjs"))],
  ["the build was not finished", () => rmSync(join(root, "dist/longshore.sources"))],
])("is built again when %s", (_, change) => {
  run("longshore.mjs");
  change();
  expect(run("longshore.mjs").stdout).toContain("build 2");
});

test("a build that fails is no reason to run the old program", () => {
  run("longshore.mjs");
  write("provision/longshore.ts", "broken");
  write("node_modules/tsx/dist/cli.mjs", 'console.log("a bad line"); process.exitCode = 1;');
  const { status, stdout, stderr } = run("longshore.mjs");
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toContain("a bad line");
  expect(stderr).toContain("dist/ is older than the sources, and was not built");
  expect(stderr).toContain(`Run in ${root}: npm ci && npm run build`);
});

test("an installed package has no sources, and builds nothing", () => {
  run("longshore.mjs");
  rmSync(join(root, "scripts"), { recursive: true });
  write("provision/longshore.ts", "another");
  expect(run("longshore.mjs")).toMatchObject({ stdout: expect.stringContaining("build 1"), stderr: "" });
  rmSync(join(root, "dist"), { recursive: true });
  expect(run("longshore.mjs")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("made without npm run build"),
  });
  expect(readFileSync(join(root, "builds"), "utf8")).toBe("x");
});
