import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LogFile } from "../../../supervisor/runtime/log-file.ts";

const day = 86_400_000;
const rotation = { max_size: 1_000, max_files: 2, max_age: day };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-log-"));
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

const openLog = (): LogFile =>
  new LogFile(join(folder, "log"), rotation, (message) => expect.unreachable(message));
const wait = (milliseconds: number): void => void vi.setSystemTime(Date.now() + milliseconds);
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
