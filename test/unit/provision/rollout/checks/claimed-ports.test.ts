import { describe, expect, test } from "vitest";
import { ComposeModel } from "../../../../../provision/engine/compose/compose-model.ts";
import type { Listener } from "../../../../../provision/engine/listeners.ts";
import { parseClaims, selectClaims } from "../../../../../provision/rollout/checks/claimed-ports.ts";
import {
  describeConflict,
  findPortConflicts,
} from "../../../../../provision/rollout/checks/port-conflicts.ts";

const line = (stack: string, model: object) =>
  `${stack} ${Buffer.from(JSON.stringify(model)).toString("base64")}\n`;
const SHOP = line("shop", {
  services: { db: { ports: [{ target: 5432, published: "5432", protocol: "tcp", host_ip: "127.0.0.1" }] } },
});
const BLOG = line("blog", {
  services: { web: { network_mode: "host" } },
  "x-longshore": { endpoints: ["https://blog.example.org/", "no address"] },
});
const listener = (changes: Partial<Listener>): Listener => ({
  stack: undefined,
  container: undefined,
  program: "x",
  protocol: "tcp",
  address: "0.0.0.0",
  port: 443,
  ...changes,
});
const conflictsOf = (model: object, listeners: readonly Listener[], endpoints: string[] = []) => {
  const claims = selectClaims(parseClaims(`${SHOP}${BLOG}broken e30=\nmore !\n`), listeners);
  return findPortConflicts("site", ComposeModel.parse(model), endpoints, [...listeners, ...claims]).map(
    describeConflict,
  );
};
const publishes = (published: string, address = "") => ({
  services: { a: { ports: [{ target: 1, published, host_ip: address }] } },
});
const onHost = { services: { a: { network_mode: "host" } } };

describe("a stack that is deployed and does not run keeps its ports", () => {
  test.each<[string, object, Listener[], string[], string[]]>([
    [
      "one that it publishes",
      publishes("5432"),
      [],
      [],
      ["port 5432 belongs to the stack shop, which is deployed there and does not run now"],
    ],
    ["but not at another address", publishes("5432", "10.0.0.1"), [], [], []],
    [
      "one of its endpoints",
      onHost,
      [],
      ["https://site.example.org/"],
      ["port 443 belongs to the stack blog, which is deployed there and does not run now"],
    ],
    ["not one that a proxy of the host has", onHost, [listener({})], ["https://site.example.org/"], []],
    [
      "not an endpoint's where it runs and listens elsewhere",
      onHost,
      [listener({ stack: "blog", container: "blog-web-1", port: 8443 })],
      ["https://site.example.org/"],
      [],
    ],
  ])("%s", (_title, model, listeners, endpoints, expected) => {
    expect(conflictsOf(model, listeners, endpoints)).toEqual(expected);
  });
});
