import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openLocalConnection } from "../../../../../provision/connection/local.ts";
import { holdPackages } from "../../../../../provision/host/apt/apt.ts";
import { whenAptIsFree } from "../../../../../provision/host/apt/apt-lock.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-apt-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

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

test("what is installed is held, and nothing else: a held package could not be installed later on", async () => {
  const states =
    "installed docker.io\ninstalled containerd\nconfig-files docker-ce\nnot-installed docker-ce-cli";
  for (const [name, script] of [
    ["dpkg-query", `echo "${states}"; echo "dpkg-query: no packages found" >&2; exit 1`],
    ["apt-mark", `echo "$*" > ${folder}/held`],
  ] as const) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  vi.stubEnv("PATH", `${folder}:${process.env.PATH}`);
  const connection = openLocalConnection("here", { needed: false });
  const names = ["docker.io", "containerd", "docker-ce", "docker-ce-cli"];
  await holdPackages({ connection, progress: () => {}, tell: () => {} }, names);
  expect(readFileSync(join(folder, "held"), "utf8")).toBe("hold -- docker.io containerd\n");
});
