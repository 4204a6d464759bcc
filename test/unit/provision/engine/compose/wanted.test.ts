import { expect, test } from "vitest";
import { parseWanted } from "../../../../../provision/engine/compose/wanted.ts";

test("what a release wants", () => {
  const services = { web: { replicas: 2, supervisor: true }, debug: { replicas: null, supervisor: false } };
  expect(parseWanted(JSON.stringify({ stack: "site", services }))).toEqual(services);
});

test.each([
  "",
  "{",
  "[]",
  "null",
  '{"stack":"site"}',
  '{"services":{"web":{"replicas":-1,"supervisor":true}}}',
])("%j does not say", (text) => {
  expect(parseWanted(text)).toBeUndefined();
});
