import fc from "fast-check";
import { expect, it } from "vitest";
import { WholeLines } from "../../../supervisor/runtime/whole-lines.ts";

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
