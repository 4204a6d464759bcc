import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  endOfCharacters,
  startOfCharacters,
} from "../../../../../supervisor/runtime/output/character-cut.ts";

const text = fc.string({ unit: "binary", minLength: 1 }).map((value) => Buffer.from(value));

it("cuts UTF-8 between two characters only, and less than a character away", () => {
  fc.assert(
    fc.property(text, fc.nat(), (bytes, at) => {
      const place = at % (bytes.length + 1);
      const end = endOfCharacters(bytes, place);
      const start = startOfCharacters(bytes, place);
      expect(place - end).toBeLessThan(4);
      expect(start - place).toBeLessThan(4);
      for (const part of [bytes.subarray(0, end), bytes.subarray(end)]) expect(isUtf8(part)).toBe(true);
      if (start < bytes.length) expect(isUtf8(bytes.subarray(start))).toBe(true);
    }),
  );
});

it("cuts other bytes anywhere", () => {
  const latin = Buffer.from("\xe9t\xe9t\xe9", "latin1");
  expect([1, 2, 3, 4].map((place) => endOfCharacters(latin, place))).toEqual([0, 2, 2, 4]);
  const continuations = Buffer.alloc(8, 0x80);
  expect(endOfCharacters(continuations, 6)).toBe(6);
  expect(startOfCharacters(continuations, 1)).toBe(1);
});
