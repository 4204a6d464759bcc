import fc from "fast-check";
import { expect, test } from "vitest";
import { batchOf } from "../../../../supervisor/control/log-batch.ts";
import type { LogLine } from "../../../../supervisor/runtime/output/tail-buffer.ts";

const textOf = (lines: LogLine[]): Buffer => Buffer.from(lines.map(({ text }) => `${text}\n`).join(""));
const blockOf = (text: string) => ({ at: 0, stream: "stdout" as const, bytes: Buffer.from(text) });

test("the pieces of a block are its lines, whole and in order", () => {
  const length = fc.oneof(fc.nat(3), fc.nat(20_000));
  fc.assert(
    fc.property(fc.array(length, { minLength: 1, maxLength: 100 }), (lengths) => {
      const text = lengths.map((each) => `${"é".repeat(each)}\n`).join("");
      const batch = batchOf(blockOf(text), textOf);
      const pieces = [...batch.pieces()];
      expect(Buffer.concat(pieces.map((piece) => piece.lines())).toString("utf8")).toBe(text);
      expect(pieces.reduce((sum, { count }) => sum + count, 0)).toBe(lengths.length);
      expect(batch.count()).toBe(lengths.length);
    }),
    { numRuns: 50 },
  );
});

test("of a flood only so much becomes text as somebody takes, and once for all who take it", () => {
  let made = 0;
  const batch = batchOf(blockOf("y\n".repeat(131_072)), (lines) => {
    made += lines.length;
    return textOf(lines);
  });
  for (let reader = 0; reader < 40; reader += 1) {
    const [first, second] = batch.pieces();
    expect([first?.lines().length, second?.lines().length]).toEqual([8_192, 8_192]);
  }
  expect(made).toBe(8_192);
});
