import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wildcard } from "../../../shared/wildcard.ts";

describe("a wildcard", () => {
  it("fits what a regular expression fits", () => {
    const text = (chars: string) => fc.string({ unit: fc.constantFrom(...chars), maxLength: 8 });
    fc.assert(
      fc.property(text("ab*?."), text("ab.\n"), (pattern, name) => {
        const source = pattern.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
        expect(wildcard(pattern).test(name)).toBe(new RegExp(`^${source}$`, "s").test(name));
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes every character but * and ? for itself", () => {
    expect(wildcard("a+(b)[c]|^$\\").test("a+(b)[c]|^$\\")).toBe(true);
    expect(wildcard("?").test("\u{1F600}")).toBe(true);
  });

  it("is done at once, however many stars it has", () => {
    const started = performance.now();
    expect(wildcard(`${"*a".repeat(5_000)}b`).test("a".repeat(10_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
