import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LogFile } from "../../../../../supervisor/runtime/output/log-file.ts";

const day = 86_400_000;
const rotation = { max_size: 1_000, max_files: 2, max_age: day };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-log-"));
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const openLog = (): LogFile =>
  new LogFile(join(folder, "log"), rotation, (message) => expect.unreachable(message));
const wait = (milliseconds: number): void => void vi.advanceTimersByTime(milliseconds);
const files = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
const write = (log: LogFile, ...lines: string[]): void => {
  for (const line of lines) log.write(Buffer.from(`${line}\n`));
};

test("a file is put aside when it has become older than max_age, with the next line", () => {
  const log = openLog();
  write(log, "one");
  wait(day - 1_000);
  write(log, "two");
  expect(files()).toEqual({ log: "one\ntwo\n" });
  wait(2_000);
  expect(files()).toEqual({ log: "one\ntwo\n" });
  write(log, "three");
  expect(files()).toEqual({ log: "three\n", "log.1": "one\ntwo\n" });
});

test("the age of the next file counts from its own beginning, and the oldest file goes", () => {
  const log = openLog();
  for (const line of ["one", "two", "three", "four"]) {
    write(log, line);
    wait(day + 1_000);
  }
  expect(files()).toEqual({ log: "four\n", "log.1": "three\n", "log.2": "two\n" });
});

test("a file that an earlier process began is as old as it is", () => {
  const before = openLog();
  write(before, "one");
  before.close();
  wait(day + 1_000);
  const log = openLog();
  write(log, "two");
  wait(1_000);
  write(log, "three");
  expect(files()).toEqual({ log: "three\n", "log.1": "one\ntwo\n" });
});

test("a file that somebody else has emptied is as young as its first line", () => {
  const log = openLog();
  write(log, "one");
  wait(day - 1_000);
  truncateSync(join(folder, "log"));
  wait(2_000);
  write(log, "two");
  wait(2_000);
  write(log, "three");
  expect(files()).toEqual({ log: "two\nthree\n" });
});

test("a file that cannot be put aside grows on, without a loss, until it can", () => {
  const reports: string[] = [];
  const log = new LogFile(join(folder, "log"), { max_size: 10, max_files: 1 }, (report) =>
    reports.push(report),
  );
  // What stands where the old file would go is no file, and is not empty.
  mkdirSync(join(folder, "log.1", "in the way"), { recursive: true });
  write(log, "one", "two", "three", "four");
  expect(readFileSync(join(folder, "log"), "utf8")).toBe("one\ntwo\nthree\nfour\n");
  expect(reports).toEqual([
    expect.stringMatching(/^cannot put .*log aside \(\w+\); it grows until that is fixed$/),
  ]);
  rmSync(join(folder, "log.1"), { recursive: true });
  wait(2_000);
  write(log, "five");
  expect(files()).toEqual({ log: "five\n", "log.1": "one\ntwo\nthree\nfour\n" });
  expect(reports.at(-1)).toMatch(/can be put aside again$/);
});

test("a fifo holds nobody up: without a reader its lines are lost, and it is never put aside", () => {
  const reports: string[] = [];
  const path = join(folder, "log");
  execFileSync("mkfifo", [path]);
  const log = new LogFile(path, { max_size: 10, max_files: 1 }, (report) => reports.push(report));
  write(log, "one");
  expect(reports).toEqual([expect.stringContaining("(ENXIO)")]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  wait(2_000);
  write(log, "two", "three", "four");
  const bytes = Buffer.alloc(100);
  expect(bytes.toString("utf8", 0, readSync(reader, bytes))).toBe("two\nthree\nfour\n");
  expect(readdirSync(folder)).toEqual(["log"]);
  // More than fits into it.
  log.write(Buffer.from(`${"x".repeat(100_000)}\n`));
  expect(reports.at(-1)).toContain("(EAGAIN)");
  log.close();
  closeSync(reader);
});

test.each([
  ["a mode that is asked for, whatever the umask", 0o640, 0o077, [0o640, 0o640]],
  ["otherwise what the umask leaves of 0644", undefined, 0o077, [0o600, 0o600]],
  ["and nobody else writes it, whatever the umask", undefined, 0, [0o644, 0o644]],
])("a file and the one put aside have %s", (_, mode, umask, modes) => {
  const before = process.umask(umask);
  const path = join(folder, "log");
  const log = new LogFile(path, { max_size: 10, max_files: 1, mode }, () => expect.unreachable());
  write(log, "123456", "234567");
  process.umask(before);
  expect([path, `${path}.1`].map((file) => statSync(file).mode & 0o7777)).toEqual(modes);
  log.use({ max_size: 10, max_files: 1, mode: 0o600 });
  expect(statSync(path).mode & 0o7777).toBe(0o600);
  log.close();
});

test("a file that somebody else has moved is left, also where the clock was set back meanwhile", () => {
  const log = openLog();
  write(log, "one");
  renameSync(join(folder, "log"), join(folder, "log.mine"));
  wait(2_000);
  vi.setSystemTime(Date.now() - 5 * 3_600_000);
  write(log, "two");
  expect(files()).toEqual({ log: "two\n", "log.mine": "one\n" });
});
