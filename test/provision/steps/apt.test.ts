import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { whenAptIsFree } from "../../../provision/steps/apt.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-apt-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a script as apt would be run; it is in an empty folder, which the runs of it share. */
function runAsApt(script: string) {
  const [program = "", ...args] = whenAptIsFree(["sh", "-c", script]);
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  return { code: status, stdout, stderr };
}

test("what succeeds runs once, its warnings are handed on", () => {
  expect(runAsApt("mkdir once && echo done && echo W: a key is old >&2")).toEqual({
    code: 0,
    stdout: "done\n",
    stderr: "W: a key is old\n",
  });
});

test.each([
  "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 6033 (apt-get)",
  "dpkg: error: dpkg frontend lock was locked by another process with pid 6033",
])("again where a lock was taken in between, though it is free by now: %s", (words) => {
  expect(runAsApt(`mkdir first 2>&- || { echo done; exit 0; }; echo "${words}" >&2; exit 100`)).toEqual({
    code: 0,
    stdout: "done\n",
    stderr: "",
  });
});

test("any other failure is not tried again: its code and words are handed on", () => {
  const words = "E: You don't have enough free space in /var/cache/apt/archives/.\n";
  expect(runAsApt(`mkdir once || exit 7; echo "${words.trim()}" >&2; exit 100`)).toEqual({
    code: 100,
    stdout: "",
    stderr: words,
  });
});
