import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countOf, parseShare, splitBatches } from "../../../../provision/fleet/share.ts";

test.each([
  ["1", { count: 1 }],
  [" 12 ", { count: 12 }],
  ["25%", { percent: 25 }],
  ["100%", { percent: 100 }],
  ["0", { count: 0 }],
  ["101%", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["%", undefined],
  ["", undefined],
  ["all", undefined],
])("%j is %j", (text, share) => {
  expect(parseShare(text)).toEqual(share);
});

test.each([
  [{ count: 3 }, 10, 3],
  [{ percent: 25 }, 10, 2],
  [{ percent: 10 }, 5, 0],
])("%j of %i hosts are %i", (share, total, count) => {
  expect(countOf(share, total)).toBe(count);
});

describe("batches", () => {
  const sizesOf = (total: number, text: string) =>
    splitBatches(
      Array.from({ length: total }),
      text === "" ? [] : text.split(",").flatMap((part) => parseShare(part) ?? []),
    ).map(({ length }) => length);

  // The examples are those of Ansible's documentation of `serial`.
  test.each([
    [10, "", [10]],
    [6, "3", [3, 3]],
    [10, "30%", [3, 3, 3, 1]],
    [10, "1,5,10", [1, 5, 4]],
    [10, "10%,20%,100%", [1, 2, 7]],
    [10, "1,5,20%", [1, 5, 2, 2]],
    [3, "10%", [1, 1, 1]],
    [0, "2", []],
  ])("of %i hosts by %j: %j", (total, text, sizes) => {
    expect(sizesOf(total, text)).toEqual(sizes);
  });

  test("every host is in exactly one, in order", () => {
    const share = fc.oneof(
      fc.record({ count: fc.nat({ max: 50 }) }),
      fc.record({ percent: fc.nat({ max: 100 }) }),
    );
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.array(share), (hosts, sizes) => {
        expect(splitBatches(hosts, sizes).flat()).toEqual(hosts);
      }),
    );
  });
});
