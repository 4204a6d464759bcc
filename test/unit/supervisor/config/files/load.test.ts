import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { UserError } from "../../../../../shared/user-error.ts";
import { loadPlan } from "../../../../../supervisor/config/files/load.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-load-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string | Buffer): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

const namesIn = async (file: string) => (await loadPlan(file, {})).specs.map(({ name }) => name);

it("includes files by a path from the file's folder, and by an absolute one", async () => {
  write("conf.d/a.yaml", "tasks: { a: { command: x } }");
  write("elsewhere/b.yaml", "tasks: { b: { command: x } }");
  const include = JSON.stringify(["conf.d/*.yaml", join(folder, "elsewhere", "*.yaml")]);
  expect(await namesIn(write("tasks.yaml", `include: ${include}\ntasks: {}`))).toEqual(["a", "b"]);
});

it("reads an env file whose name has variables", async () => {
  write("env/web.env", "COLOR=blue");
  const file = write("tasks.yaml", "tasks: { web: { command: x, env_file: '${DIR:-env}/${TASK}.env' } }");
  const { specs } = await loadPlan(file, {});
  expect(specs[0]?.environment).toEqual({ COLOR: "blue" });
});

it("names the env file that is not there, with the line of its task", async () => {
  const file = write("tasks.yaml", "tasks:\n  web: { command: x, env_file: '${TASK}.env' }");
  await expect(loadPlan(file, {})).rejects.toMatchObject({
    problems: [{ message: expect.stringContaining("cannot read web.env (ENOENT)") }],
  });
});

it("reads an env file of each instance", async () => {
  write("1.env", "N=one");
  write("2.env", "N=two");
  const file = write(
    "tasks.yaml",
    "tasks: { web: { command: x, instances: 2, env_file: '${INSTANCE}.env' } }",
  );
  const { specs } = await loadPlan(file, {});
  expect(specs.map(({ environment }) => environment)).toEqual([{ N: "one" }, { N: "two" }]);
});

it("includes by patterns as a shell's, and neither itself, nor a file twice, nor what an editor hides", async () => {
  for (const name of ["a", "b"]) write(`apps/${name}/task.yaml`, `tasks: { ${name}: { command: x } }`);
  write("apps/c/other.yaml", "no: tasks");
  write(
    "main.yaml",
    "include: [apps/*/task.yaml, '*/?/t*.yaml', '*.yaml', none/*.yaml]\ntasks: { m: { command: x } }",
  );
  symlinkSync("somebody@host.1", join(folder, ".#main.yaml"));
  expect(await namesIn(join(folder, "main.yaml"))).toEqual(["m", "a", "b"]);
});

it("needs no tasks where others are included", async () => {
  write("a.yaml", "tasks: { a: { command: x } }");
  expect(await namesIn(write("tasks.yaml", "include: a.yaml"))).toEqual(["a"]);
});

it("starts included tasks from the defaults, to which their own file may add", async () => {
  write("a.yaml", "defaults: { nice: 2, environment: { B: 2 } }\ntasks: { a: { command: x } }");
  const main = "include: a.yaml\ndefaults: { nice: 1, umask: 22, environment: { A: 1, B: 1 } }";
  const { specs } = await loadPlan(write("tasks.yaml", main), {});
  expect(specs[0]).toMatchObject({ settings: { nice: 2, umask: 0o22 }, environment: { A: "1", B: "2" } });
});

it("finds every problem of every file at once, and says where", async () => {
  write("a.yaml", "shutdown_timeout: 1s\ntasks: { a: { comand: x } }");
  write("b.yaml", Buffer.from("tasks:\n  b: { command: caf\xe9 }\n", "latin1"));
  write("c.yaml", "tasks: { c: { command: x, env_file: c.env } }");
  write("c.env", "A=1\nhunter two\n");
  const main = "include: [a.yaml, b.yaml, missing.yaml, c.yaml]\ntasks: { m: { command: x, rstart: no } }";
  const error = await loadPlan(write("tasks.yaml", main), {}).catch((thrown: UserError) => thrown);
  expect(String((error as UserError).message).replaceAll(`${folder}/`, "")).toBe(
    [
      "tasks.yaml:1:27: include: cannot read missing.yaml (ENOENT)",
      "tasks.yaml:2:27: tasks.m.rstart: unknown key",
      "a.yaml:1:1: shutdown_timeout: has no effect in an included file; write it in the file that includes this one",
      "a.yaml:2:10: tasks.a.command: is missing; expected a string or a list",
      "a.yaml:2:15: tasks.a.comand: unknown key",
      "b.yaml:2:1: this line is not UTF-8; save the file as UTF-8",
      "c.env:2:1: expected NAME=value",
    ].join("\n"),
  );
});

it("refuses what no program can be given", async () => {
  const file = write("tasks.yaml", 'tasks: { a: { command: [x, "a\\0b"] } }');
  await expect(loadPlan(file, {})).rejects.toThrow("tasks.a.command: holds a NUL byte");
});

it("has no variables but those that are set", async () => {
  const file = write("tasks.yaml", 'tasks: { a: { command: [x, "<${constructor}>"] } }');
  expect((await loadPlan(file, {})).specs[0]?.argv).toEqual(["x", "<>"]);
});

it.each([
  ["{ max_size: 1MB }", "{ max_size: 2MB }", true],
  ["{ max_size: 1MB }", undefined, true],
  ["{ max_size: 1MB }", "{ max_size: 1024k, max_files: 5 }", false],
  [undefined, undefined, false],
])("wants one way to keep a log file that two tasks write: %s, %s", async (first, second, isWrong) => {
  const log = (written: string | undefined) => (written === undefined ? "" : `, log: ${written}`);
  const file = write(
    "tasks.yaml",
    `tasks:
  a: { command: x, stdout: /tmp/x/a.log${log(first)} }
  b: { command: x, instances: 2, stderr: "/tmp/x/../x/a.log"${log(second)} }`,
  );
  const message = /tasks.yaml:3:.*tasks.b.log: differs from that of a, which writes to the same file/;
  const plan = loadPlan(file, {});
  if (isWrong)
    await expect(plan).rejects.toMatchObject({ problems: [{ message: expect.stringMatching(message) }] });
  else expect((await plan).specs).toHaveLength(3);
});

it("says the limit of a file that is too large", async () => {
  const file = write("tasks.yaml", `tasks: { web: { command: x, env_file: web.env } }`);
  write("web.env", Buffer.alloc(16 * 1024 * 1024 + 1, "\n"));
  await expect(loadPlan(file, {})).rejects.toThrow(/cannot read web.env \(it is larger than 16 MiB\)/);
  write("tasks.yaml", Buffer.alloc(4 * 1024 * 1024 + 1, "\n"));
  await expect(loadPlan(file, {})).rejects.toThrow(/cannot read .*tasks.yaml \(it is larger than 4 MiB\)/);
});
