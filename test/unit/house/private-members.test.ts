import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
const folders = ["shared/", "provision/", "supervisor/", "bench/", "scripts/"];

test("members that are not for others are written private, and not with #", () => {
  const files = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => folder + file),
  );
  expect(files.length).toBeGreaterThan(500);
  const wrong = files.filter((file) =>
    /^ +(?:static |readonly |async |get |set |\*)*#[a-z]\w*|\bthis\.#/m.test(
      readFileSync(new URL(file, root), "utf8"),
    ),
  );
  expect(wrong).toEqual([]);
});
