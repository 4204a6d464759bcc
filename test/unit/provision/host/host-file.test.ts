import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocalConnection } from "../../../../provision/connection/local.ts";
import { writeHostFile } from "../../../../provision/host/host-file.ts";

const here = openLocalConnection("here", { needed: false });
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "longshore-host-file-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a file is written with its folders, its mode and every byte", async () => {
  const path = join(directory, "etc", "a folder", "it's.conf");
  await writeHostFile(here, { path, mode: "0640", content: "a = $1\nb = 'é'\n" });
  expect(readFileSync(path, "utf8")).toBe("a = $1\nb = 'é'\n");
  expect(statSync(path).mode & 0o777).toBe(0o640);
});

test("an old file is replaced, and nothing else is left beside it", async () => {
  const path = join(directory, "file");
  writeFileSync(path, "old", { mode: 0o600 });
  await writeHostFile(here, { path, mode: "0644", content: "" });
  expect(readFileSync(path, "utf8")).toBe("");
  expect(readdirSync(directory)).toEqual(["file"]);
});

test.each([
  ["its folder is a file", "plain/x"],
  ["it is a folder", "folder"],
])("where %s the error names it, and no piece is left", async (_title, name) => {
  writeFileSync(join(directory, "plain"), "");
  mkdirSync(join(directory, "folder"));
  const path = join(directory, name);
  await expect(writeHostFile(here, { path, mode: "0644", content: "x" })).rejects.toThrow(
    `writing ${path} failed`,
  );
  expect(readdirSync(directory, { recursive: true }).sort()).toEqual(["folder", "plain"]);
});
