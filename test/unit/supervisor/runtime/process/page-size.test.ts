import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { findPageSize } from "../../../../../supervisor/runtime/process/proc.ts";

it("the size of a page is the kernel's", () => {
  const size = Number(execFileSync("getconf", ["PAGESIZE"], { encoding: "utf8" }));
  expect(findPageSize(readFileSync("/proc/self/auxv"))).toBe(size);
});

it("the size of a page is 64 KiB where the kernel says so, and 4 KiB where it says nothing", () => {
  const pair = (type: bigint, value: bigint): Buffer => {
    const buffer = Buffer.alloc(16);
    buffer.writeBigUInt64LE(type);
    buffer.writeBigUInt64LE(value, 8);
    return buffer;
  };
  expect(findPageSize(Buffer.concat([pair(3n, 64n), pair(6n, 65_536n), pair(0n, 0n)]))).toBe(65_536);
  expect(findPageSize(Buffer.alloc(0))).toBe(4_096);
});
