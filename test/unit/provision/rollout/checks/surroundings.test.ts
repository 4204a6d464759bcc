import { expect, test } from "vitest";
import { ComposeModel } from "../../../../../provision/engine/compose/compose-model.ts";
import { listNeeds, parseUnmet } from "../../../../../provision/rollout/checks/surroundings.ts";

const release = {
  stack: "shop",
  configFiles: { "a.conf": Buffer.alloc(0) },
  secretFiles: { tok: Buffer.alloc(0) },
};
const needs = (model: object, composeVersion = "2.26.1") =>
  listNeeds(ComposeModel.parse({ services: {}, ...model }), release, composeVersion).map(
    ({ kind, name }) => `${kind} ${name}`,
  );

const mounting = (keys: object) => ({
  services: { a: { volumes: [{ type: "bind", target: "/data", ...keys }] } },
});

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
  ["a device", { services: { a: { devices: ["/dev/kvm:/dev/kvm:rwm"] } } }, ["device /dev/kvm"]],
  [
    "a device of a newer Compose",
    { services: { a: { devices: [{ source: "/dev/kvm" }] } } },
    ["device /dev/kvm"],
  ],
  ["a device of CDI", { services: { a: { devices: ["vendor.com/gpu=all"] } } }, []],
  ["a mount of the long form", mounting({ source: "/srv/data" }), ["bind /srv/data"]],
  ["a mount that makes its folder", mounting({ source: "/srv/data", bind: { create_host_path: true } }), []],
  ["a mount of what the deploy brings", mounting({ source: "/opt/longshore/shop/config" }), []],
  ["a volume", { services: { a: { volumes: [{ type: "volume", source: "/srv/data" }] } } }, []],
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

test("later Composes make the folder of a mount, unless that is forbidden", () => {
  expect(needs(mounting({ source: "/srv/data" }), "2.35.1")).toEqual([]);
  expect(needs(mounting({ source: "/srv/data" }), "v5.0.2")).toEqual([]);
  const forbidden = mounting({ source: "/srv/data", bind: { create_host_path: false } });
  expect(needs(forbidden, "v5.0.2")).toEqual(["bind /srv/data"]);
});
