import { expect, it } from "vitest";
import { TailBuffer } from "../../../../../supervisor/runtime/output/tail-buffer.ts";

it("keeps the end of a line that is longer than what it keeps", () => {
  const tail = new TailBuffer(800);
  tail.push({ at: 0, stream: "stdout", bytes: Buffer.from(`${"€".repeat(1_000)}\n`) });
  expect(tail.read(5).map(({ text }) => text)).toEqual(["€".repeat(33)]);
});
