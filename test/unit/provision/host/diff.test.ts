import fc from "fast-check";
import { expect, test } from "vitest";
import { diffFile, diffLines } from "../../../../provision/host/diff.ts";

test("a new file comes line by line", () => {
  expect(diffFile("/etc/x", undefined, "a\nb\n")).toEqual(["--- /dev/null", "+++ /etc/x", "+ a", "+ b"]);
});

test("a changed file shows what goes, what comes, and a line around them", () => {
  expect(diffFile("/etc/x", "1\n2\n3\n4\n5\n6\n", "1\n2\n3\nfour\n5\n6\n")).toEqual([
    "--- /etc/x",
    "+++ /etc/x",
    "  3",
    "- 4",
    "+ four",
    "  5",
  ]);
});

test("nothing is said of what stays as it is", () => {
  expect(diffFile("/etc/x", "a\n", "a\n")).toEqual([]);
});

test("what stays and comes is the new text, what stays and goes the old one", () => {
  const line = fc.constantFrom("a", "b", "c", "d");
  fc.assert(
    fc.property(fc.array(line), fc.array(line), (before, after) => {
      const lines = diffLines(before, after);
      const came = lines.filter((text) => text.startsWith("+ ")).length;
      const went = lines.filter((text) => text.startsWith("- ")).length;
      expect(before.length - went).toBe(after.length - came);
      expect(lines.filter((text) => text.startsWith("- ")).map((text) => text.slice(2))).toEqual(
        expect.arrayContaining(before.filter((text) => !after.includes(text))),
      );
    }),
  );
});
