import { expect, test } from "vitest";
import { formatTable } from "../../../../provision/ui/table.ts";

test("columns two spaces apart, nothing at the ends", () => {
  const text = formatTable(
    ["NAME", "STATE", "PID"],
    [
      ["web", "running", "12"],
      ["certificate", "-", "-"],
    ],
  );
  expect(text).toBe(
    ["NAME         STATE    PID", "web          running  12", "certificate  -        -"].join("\n"),
  );
});

test("colours take no room, wide letters two places", () => {
  const text = formatTable(
    ["A", "B"],
    [
      ["\u001b[32mok\u001b[39m", "x"],
      ["日本", "y"],
      ["plain", "z"],
    ],
  );
  const [, coloured, wide, plain] = text.split("\n");
  expect(coloured).toBe("\u001b[32mok\u001b[39m     x");
  expect(wide).toBe("日本   y");
  expect(plain).toBe("plain  z");
});

test("without rows there is the head alone", () => {
  expect(formatTable(["NAME", "STATE"], [])).toBe("NAME  STATE");
});
