import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSplitter } from "../../../../provision/connection/line-splitter.ts";

function split(chunks: Buffer[]): { lines: string[]; text: string } {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const chunk of chunks) splitter.write(chunk);
  return { text: splitter.end(), lines };
}

test.each([
  ["", []],
  ["one", ["one"]],
  ["one\n", ["one"]],
  ["one\ntwo", ["one", "two"]],
  ["one\n\ntwo\n", ["one", "", "two"]],
  ["one\r\ntwo\r\n", ["one", "two"]],
  ["10%\r20%\r30%\n", ["10%", "20%", "30%"]],
])("%j has the lines %j", (text, lines) => {
  expect(split([Buffer.from(text)])).toEqual({ text, lines });
});

test("a line is reported as soon as it is complete", () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  splitter.write(Buffer.from("one\ntw"));
  expect(lines).toEqual(["one"]);
  splitter.write(Buffer.from("o\n"));
  expect(lines).toEqual(["one", "two"]);
});

test("without a listener the text is collected all the same", () => {
  const splitter = new LineSplitter();
  splitter.write(Buffer.from("a\nb"));
  expect(splitter.end()).toBe("a\nb");
});

test("however the bytes are cut, text and lines are the same", () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom("\n", "\r", "\r\n"), fc.string({ unit: "grapheme" })),
  });
  fc.assert(
    fc.property(text, fc.array(fc.nat({ max: 6 })), (whole, sizes) => {
      const bytes = Buffer.from(whole);
      const ends = sizes.map((_, index) => sizes.slice(0, index + 1).reduce((sum, size) => sum + size));
      const chunks = [0, ...ends].map((start, index) => bytes.subarray(start, ends[index]));
      expect(split(chunks)).toEqual(split([bytes]));
      expect(split(chunks).text).toBe(whole);
    }),
  );
});
