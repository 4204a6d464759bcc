import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pruneRunLogs, RunLog, readRunLog } from "../../../../../supervisor/runtime/jobs/run-log.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "longshore-run-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fail = (message: string): never => {
  throw new Error(message);
};

it("keeps what a run wrote, and at least the last megabyte of a flood", async () => {
  const log = RunLog.of(folder, 7, fail);
  const block = (number: number): Buffer =>
    Buffer.from(`${String(number).padStart(9, "0")}\n`.repeat(10_000));
  for (let number = 0; number < 50; number += 1) {
    log.write(block(number));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await log.close();
  const size = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(size).toBeLessThan(3_300_000);
  const lines = ((await readRunLog(folder, 7)) ?? "").trimEnd().split("\n").map(Number);
  expect(lines.length).toBeGreaterThan(100_000);
  expect(lines.at(-1)).toBe(49);
  // in order, without a hole
  for (const [index, line] of lines.entries()) expect(line - (lines[index - 1] ?? line)).toBeOneOf([0, 1]);
  expect(log.tail()).toBe("000000049\n".repeat(1_000));
});

it("removes the logs of runs that are not kept, and nothing else", async () => {
  for (const name of ["1.log", "1.log.older", "2.log", "notes"]) writeFileSync(join(folder, name), "");
  await pruneRunLogs(folder, (run) => run > 1);
  expect(readdirSync(folder).sort()).toEqual(["2.log", "notes"]);
  expect(await readRunLog(folder, 1)).toBeNull();
});
