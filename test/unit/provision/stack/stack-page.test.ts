import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { StackBlock, TlsObject } from "../../../../provision/stack/schema.ts";

const page = readFileSync(new URL("../../../../docs/stack.md", import.meta.url), "utf8");

test("docs/stack.md has a row for every key of x-longshore, and for no other", () => {
  const keys = [...Object.keys(StackBlock.shape), ...Object.keys(TlsObject.shape).map((key) => `tls.${key}`)];
  const rows = [...page.matchAll(/^\| `([a-z_.]+)` \|/gm)].map(([, key]) => key);
  expect(rows.sort()).toEqual(keys.sort());
});
