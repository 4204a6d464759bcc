import { expect, it } from "vitest";
import { usesVariable } from "../../../../provision/stack/stack-texts.ts";

it.each([
  ["port: ${port}", true],
  ["port: $port/tcp", true],
  ["port: ${port:-80}", true],
  ["port: ${port?no}", true],
  ["port: 80 # port", false],
  ["port: ${ports} $portal", false],
])("%s", (text, uses) => {
  expect(usesVariable(text, "port")).toBe(uses);
});
