import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chainIds, missingLayers } from "../../../../provision/image/layers.ts";

const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`;
const [a, b, c] = ["a", "b", "c"].map(sha256) as [string, string, string];

test("a layer's chain id is that of the layers below and its own (OCI image specification)", () => {
  expect(chainIds([])).toEqual([]);
  expect(chainIds([a])).toEqual([a]);
  const ab = sha256(`${a} ${b}`);
  expect(chainIds([a, b, c])).toEqual([a, ab, sha256(`${ab} ${c}`)]);
});

test.each<[string, string[], string[][], number[]]>([
  ["nothing is there", [a, b], [], [0, 1]],
  ["all is there", [a, b], [[a, b, c]], []],
  ["the base is there", [a, b, c], [[a], [b]], [1, 2]],
  ["the same layer on another base is another layer", [a, b], [[b], [c, b]], [0, 1]],
  ["the same layer twice", [a, a], [[a]], [1]],
  ["an image without layers", [], [[a]], []],
])("%s", (_title, wanted, present, expected) => {
  expect(missingLayers(wanted, present)).toEqual(expected);
});

test("what is missing is always the upper end; and nothing is, once the image is there", () => {
  const image = fc.array(fc.constantFrom(a, b, c), { maxLength: 6 });
  fc.assert(
    fc.property(image, fc.array(image), (wanted, present) => {
      const missing = missingLayers(wanted, present);
      expect(missing).toEqual(wanted.map((_, index) => index).slice(wanted.length - missing.length));
      expect(missingLayers(wanted, [...present, wanted])).toEqual([]);
    }),
  );
});
