import fc from "fast-check";
import { expect, test } from "vitest";
import {
  parseConfigLines,
  quoteWord,
  splitArguments,
} from "../../../../../provision/connection/ssh/config-lines.ts";
import { parseJump } from "../../../../../provision/connection/ssh/route.ts";

test.each([
  ["one two", ["one", "two"]],
  ["  one\ttwo  ", ["one", "two"]],
  ['"one two" three', ["one two", "three"]],
  ["'one \"two' three", ['one "two', "three"]],
  ['a"b c"d', ["ab cd"]],
  ["one # two", ["one"]],
  ["one#two", ["one#two"]],
  ["a\\ b", ["a b"]],
  ['"a \\" b"', ['a " b']],
  ["C:\\path", ["C:\\path"]],
  ["", []],
])("the words of %j", (text, words) => {
  expect(splitArguments(text)).toEqual(words);
});

test("a quoted value is one word, whatever is in it", () => {
  fc.assert(
    fc.property(
      fc.string().filter((text) => !/[\r\n]/.test(text)),
      (text) => {
        expect(splitArguments(quoteWord(text))).toEqual([text]);
      },
    ),
  );
});

test.each([
  ["Port 22", [["port", "22"]]],
  ["\tPORT=22\r\n", [["port", "22"]]],
  ["Port = 22", [["port", "22"]]],
  ["# Port 22\n\nUser anna", [["user", "anna"]]],
  ["Port", []],
  ["ProxyCommand ssh -W '%h' x # y", [["proxycommand", "ssh -W '%h' x # y"]]],
])("the lines of %j", (text, lines) => {
  expect(parseConfigLines(text).map(({ keyword, rest }) => [keyword, rest])).toEqual(lines);
});

test("no text makes the reader fail", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseConfigLines(text)));
});

test.each([
  ["jump", { address: "jump", user: undefined, port: undefined }],
  ["anna@jump:2222", { address: "jump", user: "anna", port: 2222 }],
  ["anna@corp@jump", { address: "jump", user: "anna@corp", port: undefined }],
  ["ssh://anna@jump:2222", { address: "jump", user: "anna", port: 2222 }],
  ["ssh://jump/", { address: "jump", user: undefined, port: undefined }],
  ["[2001:db8::1]:2222", { address: "2001:db8::1", user: undefined, port: 2222 }],
  ["anna@[2001:db8::1]", { address: "2001:db8::1", user: "anna", port: undefined }],
])("the jump host %s", (text, expected) => {
  expect(parseJump(text)).toEqual(expected);
});
