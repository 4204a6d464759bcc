import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadPlan } from "../../../supervisor/config/load.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-load-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
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
