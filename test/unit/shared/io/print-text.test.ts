import { closeSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { printText } from "../../../../shared/io/print-text.ts";

describe("printText", () => {
  it("says that a full disk took nothing", () => {
    const descriptor = openSync("/dev/full", "w");
    expect(() => printText("tasks: {}\n", descriptor)).toThrow("cannot write the output (ENOSPC)");
    closeSync(descriptor);
  });
});
