import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Output } from "../../../../../supervisor/runtime/output/output.ts";

/** Bytes that the disk still takes. */
const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY }));
vi.mock("node:fs", async (importOriginal) => {
  const fs = await importOriginal<typeof import("node:fs")>();
  type Done = (error: Error | null, written: number) => void;
  const write = (fd: number, block: Buffer, offset: number, length: number, at: null, done: Done): void => {
    if (disk.room === 0) return void setImmediate(done, Object.assign(new Error(), { code: "ENOSPC" }), 0);
    const room = Math.min(length, disk.room);
    disk.room -= room;
    fs.write(fd, block, offset, room, at, done);
  };
  return { ...fs, write };
});

let folder = "";
let fd = -1;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-output-"));
  fd = openSync(join(folder, "out"), "a");
});
afterEach(() => {
  closeSync(fd);
  rmSync(folder, { recursive: true });
});

test("a full disk costs the lines of that time, and says how many bytes", async () => {
  const output = new Output(fd, { format: "text", timestamps: false });
  const say = async (line: string): Promise<void> => {
    output.write("web", { at: 0, stream: "stdout", bytes: Buffer.from(`${line}\n`) });
    expect(await output.drain(10_000)).toBe(true);
  };
  await say("one");
  disk.room = 8;
  await say("two");
  await say("three");
  disk.room = Number.POSITIVE_INFINITY;
  await say("four");
  await say("five");
  expect(readFileSync(join(folder, "out"), "utf8").split("\n")).toEqual([
    "web | one",
    "web | tw",
    "longshored | 14 bytes of this output were lost: the disk was full",
    "web | four",
    "web | five",
    "",
  ]);
});
