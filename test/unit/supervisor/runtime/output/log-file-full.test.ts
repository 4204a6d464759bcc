import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LogFile } from "../../../../../supervisor/runtime/output/log-file.ts";

/** Bytes that the disk still takes. */
const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY }));
vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  const writeSync = (
    fd: number,
    data: string | Buffer,
    offset = 0,
    length = data.length - offset,
  ): number => {
    if (disk.room === 0) throw Object.assign(new Error(), { code: "ENOSPC" });
    const taken = Math.min(length, disk.room);
    disk.room -= taken;
    return fs.writeSync(fd, Buffer.from(data), offset, taken);
  };
  return { ...fs, writeSync };
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-log-full-"));
});
afterEach(() => {
  vi.useRealTimers();
  disk.room = Number.POSITIVE_INFINITY;
  rmSync(folder, { recursive: true });
});

test("a full disk loses lines, says so, and cuts none that comes later", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const reports: string[] = [];
  const path = join(folder, "log");
  const log = new LogFile(path, { max_size: 0, max_files: 1 }, (message) => reports.push(message));
  const write = (line: string): void => log.write(Buffer.from(`${line}\n`));
  write("one");
  disk.room = 2;
  write("two");
  write("three");
  vi.advanceTimersByTime(2_000);
  write("four");
  disk.room = Number.POSITIVE_INFINITY;
  write("five");
  vi.advanceTimersByTime(2_000);
  write("six");
  write("seven");
  expect(readFileSync(path, "utf8")).toBe("one\ntw\nsix\nseven\n");
  expect(reports).toEqual([
    `cannot write ${path} (ENOSPC); its lines are lost until that is fixed`,
    `${path} can be written again; 20 bytes were lost`,
  ]);
});

test("a disk that has room again is written to after a second, also where the clock was set back meanwhile", () => {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  const path = join(folder, "log");
  const log = new LogFile(path, { max_size: 0, max_files: 1 }, () => {});
  const write = (line: string): void => log.write(Buffer.from(`${line}\n`));
  write("one");
  disk.room = 0;
  write("two");
  disk.room = Number.POSITIVE_INFINITY;
  vi.advanceTimersByTime(2_000);
  vi.setSystemTime(Date.now() - 5 * 3_600_000);
  write("three");
  expect(readFileSync(path, "utf8")).toBe("one\nthree\n");
});
