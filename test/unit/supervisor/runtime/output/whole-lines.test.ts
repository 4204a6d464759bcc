import fc from "fast-check";
import { expect, it } from "vitest";
import { WholeLines } from "../../../../../supervisor/runtime/output/whole-lines.ts";

const chunks = fc.array(
  fc.array(fc.constantFrom("a", "b", "\n"), { maxLength: 40 }).map((bytes) => bytes.join("")),
);

it("neither loses, reorders nor cuts lines, however they come", () => {
  fc.assert(
    fc.property(chunks, (parts) => {
      const lines = new WholeLines();
      const blocks = [...parts.flatMap((part) => lines.push(Buffer.from(part))), ...lines.end()].map(String);
      const text = parts.join("");
      expect(blocks.join("")).toBe(text === "" || text.endsWith("\n") ? text : `${text}\n`);
      for (const block of blocks) expect(block).toMatch(/\n$/);
    }),
  );
});

it("holds no more of a line without an end than its limit", () => {
  fc.assert(
    fc.property(chunks, (parts) => {
      const lines = new WholeLines(10);
      let held = 0;
      for (const part of parts) {
        const given = lines.push(Buffer.from(part)).map(String).join("");
        // What was cut has got a line break that was not in it.
        held += part.length - given.replaceAll("\n", "").length - part.replaceAll(/[^\n]/g, "").length;
        expect(held).toBeLessThan(10);
      }
    }),
  );
});

it("cuts a long line, or one that takes long, between two characters", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.array(fc.nat(20), { maxLength: 20 }),
      fc.boolean(),
      (value, sizes, isSlow) => {
        const text = value.replaceAll("\n", "");
        const bytes = Buffer.from(text);
        const lines = new WholeLines(8);
        const blocks: Buffer[] = [];
        for (let start = 0; start < bytes.length; ) {
          const size = (sizes.shift() ?? 1) + 1;
          blocks.push(...lines.push(bytes.subarray(start, start + size)));
          if (isSlow) blocks.push(...lines.cut());
          start += size;
        }
        blocks.push(...lines.end());
        expect(blocks.map((block) => block.toString("utf8").slice(0, -1)).join("")).toBe(text);
      },
    ),
  );
});
