import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { renderReferencePages } from "../../../scripts/reference-pages.ts";

describe("generated reference pages", () => {
  test.each(Object.entries(renderReferencePages()))(
    "%s is what the code says (else: npm run docs)",
    (file, text) => {
      expect(readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8")).toBe(text);
    },
  );
});
