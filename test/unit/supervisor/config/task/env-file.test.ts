import { describe, expect, it } from "vitest";
import { encodeText } from "../../../../../supervisor/config/task/byte-text.ts";
import { parseEnvFile, readEnvFile } from "../../../../../supervisor/config/task/env-file.ts";

describe("an env file", () => {
  it.each([
    ["A=1\n\n   \n\t\nB=2", { A: "1", B: "2" }],
    ["\uFEFFA=1\r\nB=two words \r\n", { A: "1", B: "two words" }],
    ["# note\n  # note\nexport A=1 # note\nB= # note\nC=", { A: "1", B: "", C: "" }],
    // A password or an address is not cut off where a comment could begin.
    [
      "A=ab#cd\nB=http://h/?x=1#top\nC=ab #cd\nD=#x",
      { A: "ab#cd", B: "http://h/?x=1#top", C: "ab", D: "#x" },
    ],
    [
      `A="a # b" # note\nB='$x "y"'\nC=a"b"c\nD={"a":1}`,
      { A: "a # b", B: '$x "y"', C: 'a"b"c', D: '{"a":1}' },
    ],
    ['A="one\\ntwo\nthree \\"x\\" \\\\ \\$y \\d"', { A: 'one\ntwo\nthree "x" \\ $y \\d' }],
    ["A='it\\'s \\n'\nB=a=b=c\nC = spaced\nD: colon", { A: "it's \\n", B: "a=b=c", C: "spaced", D: "colon" }],
    [
      "KEY='-----BEGIN-----\nab+c\n-----END-----'\nB=1",
      { KEY: "-----BEGIN-----\nab+c\n-----END-----", B: "1" },
    ],
    ["HOME\nA-B=1\nA.b=2\nA=$HOME ${HOME}\nA=last", { "A-B": "1", "A.b": "2", A: "last" }],
    ["", {}],
  ])("%j", (text, variables) => {
    expect(parseEnvFile(text)).toEqual({ variables, faults: [] });
  });

  it("names the lines that are no assignments by their numbers, and keeps the others", () => {
    expect(parseEnvFile("A=1\ntop secret\n\nB='x\ny'\n=x\nC='open\nD=1")).toEqual({
      variables: { A: "1", B: "x\ny", D: "1" },
      faults: [
        { line: 2, message: "expected NAME=value" },
        { line: 6, message: "expected NAME=value" },
        { line: 7, message: "the quote of C is not closed" },
      ],
    });
    expect(parseEnvFile("A='x'y").faults).toEqual([
      { line: 1, message: "something stands behind the quote of A" },
    ]);
  });

  it("refuses a value that no program could be given whole", () => {
    expect(parseEnvFile("A=1\u00002\nB='\u0000'\nC=3")).toEqual({
      variables: { C: "3" },
      faults: ["A", "B"].map((name, index) => ({
        line: index + 1,
        message: `${name} holds a NUL byte, which no program can be given`,
      })),
    });
  });

  it("takes what no editor wrote", () => {
    const junk = `A=1\n${"\u0000\uFFFD".repeat(10_000)}\n${"B".repeat(100_000)}='${"\\".repeat(100_000)}`;
    expect(parseEnvFile(junk).faults).toHaveLength(2);
  });

  it.each([
    ["Latin-1", Buffer.from("A=caf\xe9 # x\nB='\xfc b'\n", "latin1"), { A: "caf\xe9", B: "\xfc b" }],
    ["cut UTF-8", Buffer.from("A=\xc3\nB=\xe2\x82 x", "latin1"), { A: "\xc3", B: "\xe2\x82 x" }],
    ["UTF-8 beside it", Buffer.from("A=\xc3\xa9\xff", "latin1"), { A: "\xc3\xa9\xff" }],
  ])("keeps the bytes of values: %s", (_, bytes, values) => {
    const { variables, faults } = readEnvFile(bytes);
    expect(faults).toEqual([]);
    const latin1 = Object.entries(variables).map(([name, value]) => [
      name,
      encodeText(value).toString("latin1"),
    ]);
    expect(Object.fromEntries(latin1)).toEqual(values);
  });

  it.each([
    ["\ufeffA=1\n", "utf16le"],
    ["\ufffeA=1\n", "utf16le"],
  ] as const)("says of UTF-16 that it is that", (text, encoding) => {
    expect(readEnvFile(Buffer.from(text, encoding)).faults).toEqual([
      { line: 1, message: "the file is UTF-16; save it as UTF-8" },
    ]);
  });
});
