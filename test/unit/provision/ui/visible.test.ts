import { readdirSync, readFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatSummary } from "../../../../provision/ui/summary.ts";
import { formatTable } from "../../../../provision/ui/table.ts";
import { showLines } from "../../../../provision/ui/terminal.ts";
import { visibleValues } from "../../../../provision/ui/visible-values.ts";
import { makeJson, makeOneLine, makePlain, makeVisible } from "../../../../shared/visible-text.ts";

/** A title, an erased screen, a clipboard, a line drawn over and a line of its own, as a hostile host prints them. */
const EVIL =
  "x\u001b]0;PWNED\u0007\u001b[2J\u001b[1;1Hall is well\u001b]52;c;cm0=\u0007\r\nh  ok  nothing to change\u009b2J\u202e\u007f";

describe("text of others", () => {
  test.each([
    ["\u001b[31mred\u001b[0m", "^[[31mred^[[0m", "\u001b[31mred\u001b[0m"],
    ["title \u001b]0;x\u0007", "title ^[]0;x^G", "title ^[]0;x^G"],
    ["csi \u009b2J", "csi M-^[2J", "csi M-^[2J"],
    ["del\u007f", "del^?", "del^?"],
    ["over\rwritten", "over^Mwritten", "over^Mwritten"],
    ["end\r", "end^M", "end"],
    ["a\nb", "a^Jb", "a^Jb"],
    ["tab\tstays", "tab\tstays", "tab\tstays"],
    ["exe\u202egpj", "exe<U+202E>gpj", "exe<U+202E>gpj"],
    ["zero\u200bwidth \u2028 \u{e0041}", "zero<U+200B>width <U+2028> <U+E0041>", undefined],
    ["日本 é 👩‍🚀 می‌خواهم", "日本 é 👩‍🚀 می‌خواهم", "日本 é 👩‍🚀 می‌خواهم"],
  ])("%j", (text, plain, coloured) => {
    expect(makeOneLine(text)).toBe(plain);
    if (coloured !== undefined) expect(makeVisible(text)).toBe(coloured);
  });

  test("of several lines keeps them, and nothing else", () => {
    expect(makePlain("one\r\ntwo\u001b[2J\nthree")).toBe("one\ntwo^[[2J\nthree");
  });

  test("never acts, whatever it is", () => {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
    const acting = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(makeOneLine(text)).not.toMatch(acting);
        expect(makePlain(text).replaceAll("\n", "")).not.toMatch(acting);
        expect(makeJson([text])).not.toMatch(acting);
        expect(JSON.parse(makeJson({ text }))).toEqual({ text });
        expect(stripVTControlCharacters(showLines(text)).replaceAll("\n", "")).not.toMatch(acting);
      }),
    );
  });
});

test("a summary shows the words of a hostile host, and each stays where it belongs", () => {
  const error = { step: `step ${EVIL}`, code: "command_failed", message: `failed:\n    ${EVIL}`, hint: EVIL };
  const text = formatSummary(
    visibleValues([{ host: "h1", status: "failed", changes: [EVIL], seconds: 1, error }]),
  );
  expect(text).not.toContain("\u001b]");
  expect(text).toContain("^[]0;PWNED^G");
  // only what may have several lines has them, and none of those begins as a host's line does
  expect(text.split("\n").filter((line) => line.startsWith("h"))).toHaveLength(1);
  expect(text).not.toMatch(/\r|\u009b|\u202e|\u007f/);
});

test("a cell of a table has one line", () => {
  expect(formatTable(["A", "B"], [["a\nh  ok", "\u001b[2Jb"]]).split("\n")).toEqual([
    "A         B",
    "a^Jh  ok  ^[[2Jb",
  ]);
});

test("nothing in provision writes to the terminal but ui/terminal.ts, and the line ends of questions", () => {
  const root = new URL("../../../../provision/", import.meta.url);
  const writers = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .filter((file) =>
      /process\.std(out|err)\.write|console\./.test(readFileSync(new URL(file, root), "utf8")),
    );
  expect(writers.sort()).toEqual(["ui/ask.ts", "ui/terminal.ts"]);
});
