import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../../", import.meta.url);
const page = readFileSync(new URL("docs/ssh.md", root), "utf8");

/** Codes as they stand in the code: the first argument of an error, or the first word of a description. */
function codesOf(folder: string): string[] {
  const texts = readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(new URL(folder + file, root), "utf8"));
  const word = /"((?:ssh|host_key|sudo|become|connection|identity|no|read)_[a-z_]+)"/g;
  return [...new Set(texts.flatMap((text) => [...text.matchAll(word)].map(([, code = ""]) => code)))];
}

test("docs/ssh.md explains every code of an error on the way to a host", () => {
  const codes = codesOf("provision/connection/");
  expect(codes.length).toBeGreaterThan(15);
  for (const code of codes) expect(page).toContain(`\`${code}\``);
});
