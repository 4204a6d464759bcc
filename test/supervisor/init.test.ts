import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exampleTasksYaml } from "../../supervisor/config/example.ts";

const LONGSHORED = new URL("../../dist/longshored.cjs", import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshored-init-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const longshored = (...args: string[]) =>
  spawnSync(process.execPath, [LONGSHORED, ...args], { cwd: folder, encoding: "utf8" });
const written = () => readFileSync(join(folder, "tasks.yaml"), "utf8");

test("init writes an example that check finds good, and never over a file", () => {
  expect(longshored("init").status).toBe(0);
  expect(written()).toBe(exampleTasksYaml);
  expect(longshored("check", "tasks.yaml")).toMatchObject({ status: 0, stderr: "" });
  expect(longshored("init")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("tasks.yaml (EEXIST)"),
  });
});

test("convert reads what a supervisord.conf includes", () => {
  mkdirSync(join(folder, "conf.d"));
  writeFileSync(join(folder, "supervisord.conf"), "[supervisord]\n[include]\nfiles = conf.d/*.conf\n");
  writeFileSync(join(folder, "conf.d", "web.conf"), "[program:web]\ncommand=sleep 5\n");
  const { stdout, status } = longshored("convert", "supervisord.conf");
  expect(status).toBe(0);
  writeFileSync(join(folder, "tasks.yaml"), stdout);
  expect(longshored("check", "tasks.yaml").stdout).toBe("tasks.yaml is good: 1 instance\n");
});

test.skipIf(existsSync("/etc/longshore/tasks.yaml"))(
  "without a file to run, nothing is written, and the ways out are named",
  () => {
    const { status, stderr } = longshored();
    expect(status).toBe(1);
    expect(stderr).toContain("there is no /etc/longshore/tasks.yaml, so there is nothing to run");
    expect(stderr).toContain("`longshored init` writes an example");
    expect(readdirSync(folder)).toEqual([]);
  },
);
