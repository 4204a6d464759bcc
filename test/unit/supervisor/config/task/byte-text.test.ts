import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeBytes, encodeText } from "../../../../../supervisor/config/task/byte-text.ts";
import { asidePrefix, readInherited } from "../../../../../supervisor/runtime/process/inherited.ts";

const bytes = fc.oneof(
  fc.uint8Array(),
  // bytes of UTF-8 among others
  fc
    .array(fc.oneof(fc.string({ unit: "binary" }).map(Buffer.from), fc.uint8Array({ maxLength: 3 })))
    .map(Buffer.concat),
);

it("gives every sequence of bytes back as it was", () => {
  fc.assert(
    fc.property(bytes, (input) => {
      expect(encodeText(decodeBytes(Buffer.from(input)))).toEqual(Buffer.from(input));
    }),
  );
});

it("reads UTF-8 as everybody does, beside a byte that is none", () => {
  expect(decodeBytes(Buffer.from("é€😀"))).toBe("é€😀");
  expect(decodeBytes(Buffer.concat([Buffer.from("é"), Buffer.of(0xe9), Buffer.from("😀")]))).toBe(
    "é\udce9😀",
  );
});

it("gives the tasks what was set aside for them, and no descriptor of longshored's own parent", () => {
  const own = {
    PATH: "/bin",
    [`${asidePrefix}NODE_OPTIONS`]: "--inspect",
    [`${asidePrefix}NODE_PATH`]: "",
    [`${asidePrefix}NODE_CHANNEL_FD`]: "3",
    NODE_UNIQUE_ID: "1",
  };
  expect(readInherited(own)).toEqual({ PATH: "/bin", NODE_OPTIONS: "--inspect" });
});
