import { expect, test } from "vitest";
import { ComposeModel } from "../../../../../provision/engine/compose/compose-model.ts";
import { listNeeds, parseUnmet } from "../../../../../provision/rollout/checks/surroundings.ts";

const release = {
  stack: "shop",
  configFiles: { "a.conf": Buffer.alloc(0) },
  secretFiles: { tok: Buffer.alloc(0) },
};
const needs = (model: object) =>
  listNeeds(ComposeModel.parse({ services: {}, ...model }), release).map(
    ({ kind, name }) => `${kind} ${name}`,
  );

test.each<[string, object, string[]]>([
  ["nothing", { networks: { default: { name: "shop_default", ipam: {} } } }, []],
  ["an external network", { networks: { n: { name: "shared", external: true } } }, ["network shared"]],
  ["an external volume", { volumes: { v: { name: "data", external: true }, own: null } }, ["volume data"]],
  ["a name for a container", { services: { db: { container_name: "db" } } }, ["name db"]],
  [
    "a network of another container",
    { services: { a: { network_mode: "container:vpn" } } },
    ["container vpn"],
  ],
  [
    "a network of a container of its own",
    { services: { a: { network_mode: "container:vpn" }, b: { container_name: "vpn" } } },
    ["name vpn"],
  ],
  ["a secret that longshore brings", { secrets: { tok: { file: "/opt/longshore/shop/secrets/tok" } } }, []],
  ["a config that longshore brings", { configs: { a: { file: "/opt/longshore/shop/config/a.conf" } } }, []],
  ["a secret of the host", { secrets: { tok: { file: "/etc/tok" } } }, ["path /etc/tok"]],
  [
    "a secret that is not asked for",
    { secrets: { tok: { file: "/opt/longshore/shop/secrets/other" } } },
    ["path /opt/longshore/shop/secrets/other"],
  ],
  ["a config in the file itself", { configs: { c: { name: "shop_c", content: "x" } } }, []],
])("a stack with %s", (_title, model, expected) => {
  expect(needs(model)).toEqual(expected);
});

test.each([
  ["", []],
  ["0\n", ["the external network shared is not there (docker network create shared)"]],
  ["1 other\n", ["the container_name db is taken by the project other"]],
  ["1 -\n2\n", ["the container_name db is taken", "the file /etc/tok of a secret or config is not there"]],
])("%j of a host", (output, expected) => {
  const all = [
    { kind: "network", name: "shared" },
    { kind: "name", name: "db" },
    { kind: "path", name: "/etc/tok" },
  ] as const;
  expect(parseUnmet(all, output)).toEqual(expected);
});
