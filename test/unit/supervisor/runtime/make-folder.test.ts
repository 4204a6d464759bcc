import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder } from "../../../../supervisor/runtime/make-folder.ts";

let root = "";
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "longshore-folder-"));
  writeFileSync(join(root, "file"), "");
  symlinkSync("nowhere", join(root, "dangling"));
});
afterAll(() => rmSync(root, { recursive: true }));

test("makes what is missing, with the mode, and takes what is there", () => {
  const path = join(root, "a/b/c");
  makeFolder(path, 0o700);
  makeFolder(path, 0o755);
  for (const folder of ["a", "a/b", "a/b/c"]) {
    expect(statSync(join(root, folder)).mode & 0o777).toBe(0o700);
  }
});

test.each([
  ["file", "EEXIST"],
  ["file/below", "ENOTDIR"],
  ["file/far/below", "ENOTDIR"],
  ["dangling", "EEXIST"],
  ["dangling/below", "EEXIST"],
  ["/proc/no", "ENOENT"],
  ["/proc/no/such/folder", "ENOENT"],
])("says why %s cannot be: %s", (path, code) => {
  expect(() => makeFolder(path.startsWith("/") ? path : join(root, path))).toThrow(
    expect.objectContaining({ code }),
  );
});
