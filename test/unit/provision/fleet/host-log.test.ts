import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appendLine, type HostLog, readLastLines } from "../../../../provision/fleet/host-log.ts";

let log: HostLog;
beforeEach(() => {
  const folder = join(mkdtempSync(join(tmpdir(), "longshore-log-")), "var log");
  log = { file: join(folder, "audit.jsonl"), maxSize: 20, maxFiles: 2 };
});
afterEach(() => rmSync(dirname(dirname(log.file)), { recursive: true }));

function runArgv([program = "", ...args]: string[], input = ""): string {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return stdout;
}

const append = (line: string) => runArgv(appendLine(log), line);
const last = (count: number) => runArgv(readLastLines(log, count)).split("\n").slice(0, -1);
const files = () => readdirSync(dirname(log.file)).sort();

test("before anything was written there is nothing, and that is no error", () => {
  expect(last(10)).toEqual([]);
});

test("only root and its group read it", () => {
  append("one");
  expect(statSync(log.file).mode & 0o777).toBe(0o640);
  expect(statSync(dirname(log.file)).mode & 0o777).toBe(0o750);
});

test("a file that is full is put aside, the oldest goes, and all that is kept is read as one", () => {
  const lines = Array.from({ length: 9 }, (_, index) => `line ${index} ${"x".repeat(4)}`);
  for (const [index, line] of lines.entries()) {
    append(line);
    const kept = lines.slice(Math.max(0, index - (index % 2) - 4), index + 1);
    expect(last(100)).toEqual(kept);
    expect(last(3)).toEqual(kept.slice(-3));
  }
  expect(files()).toEqual(["audit.jsonl", "audit.jsonl.1", "audit.jsonl.2"]);
  expect(readFileSync(log.file, "utf8")).toBe("line 8 xxxx\n");
});

test("what a cut in the middle left is a line of its own: the next one is whole", () => {
  append('{"at":"2026-01-01T00');
  append('{"at":"2026-01-02"}');
  expect(last(2)).toEqual(['{"at":"2026-01-01T00', '{"at":"2026-01-02"}']);
});

test("many at once: no line is lost, twice or in pieces", async () => {
  log = { ...log, maxSize: 200, maxFiles: 20 };
  const lines = Array.from({ length: 40 }, (_, index) => `operator ${index} ${"x".repeat(20)}`);
  const [program = "", ...args] = appendLine(log);
  const started = lines.map((line): ChildProcess => {
    const child = spawn(program, args, { stdio: ["pipe", "inherit", "inherit"] });
    child.stdin?.end(line);
    return child;
  });
  const codes = await Promise.all(started.map((child) => once(child, "close")));
  expect(codes.every(([code]) => code === 0)).toBe(true);
  expect(last(100).sort()).toEqual(lines.sort());
  expect(files().length).toBeGreaterThan(5);
});
