import { expect, test } from "vitest";
import { ComposeModel } from "../../../../../provision/engine/compose/compose-model.ts";
import { findRefusals, parseAbilities } from "../../../../../provision/rollout/checks/engine-abilities.ts";

const ENGINE = parseAbilities(`runtime io.containerd.runc.v2
runtime runc

log json-file
log journald

driver bridge
driver macvlan

architecture x86_64
cpus 2
subnet 172.17.0.0/16 - bridge

subnet 10.9.0.0/24 shop shop_default
subnet fd00:9::/64 shop shop_default
subnet 10.8.0.0/24 site site_default
`);
const service = (keys: object) => ({ services: { web: keys } });
const network = (keys: object) => ({ services: {}, networks: { back: keys } });
const subnet = (text: string) => network({ ipam: { config: [{ subnet: text }] } });

test.each<[object, string]>([
  [service({ runtime: "nvidia" }), "no runtime nvidia (service web); it has io.containerd.runc.v2, runc"],
  [service({ logging: { driver: "loki" } }), "no log driver loki (service web); it has journald, json-file"],
  [service({ platform: "linux/arm64" }), "the host is x86_64, and runs nothing for the platform linux/arm64"],
  [service({ cpus: "4" }), "the host has 2 CPUs, and the service web wants cpus: 4"],
  [network({ driver: "weave" }), "no network driver weave (network back); it has bridge, macvlan"],
  [
    subnet("172.17.5.0/24"),
    "the subnet 172.17.5.0/24 of network back meets 172.17.0.0/16 of the network bridge",
  ],
  [subnet("10.0.0.0/8"), "meets 10.9.0.0/24 of the network shop_default"],
  [subnet("fd00:9::/72"), "meets fd00:9::/64 of the network shop_default"],
])("the engine would refuse %j", (model, words) => {
  expect(findRefusals("site", ComposeModel.parse(model), ENGINE)).toEqual([expect.stringContaining(words)]);
});

test.each<[string, object]>([
  ["runc", service({ runtime: "runc" })],
  ["a shim by its name", service({ runtime: "io.containerd.kata.v2" })],
  ["no log", service({ logging: { driver: "none" } })],
  ["a plugin for logs", service({ logging: { driver: "grafana/loki:latest" } })],
  ["its own architecture", service({ platform: "linux/amd64" })],
  ["a variant of it", service({ platform: "linux/386" })],
  ["an architecture alone", service({ platform: "amd64" })],
  ["a part of a CPU", service({ cpus: 0.5 })],
  ["the stack's own subnet", subnet("10.8.0.0/24")],
  ["a free subnet", subnet("10.7.0.0/24")],
  ["an external network", network({ external: true, driver: "weave" })],
])("%s is not refused", (_title, model) => {
  expect(findRefusals("site", ComposeModel.parse(model), ENGINE)).toEqual([]);
});

test("a kernel that cannot limit CPUs", () => {
  const engine = parseAbilities("cpus 8\nlimits false\n");
  const model = ComposeModel.parse(service({ cpus: 0.5 }));
  expect(findRefusals("site", model, engine)).toEqual([
    "the host's kernel cannot limit CPUs, and the service web wants cpus: 0.5",
  ]);
});

test("what the kernel emulates is not refused", () => {
  const emulating = { ...ENGINE, emulates: true };
  const model = ComposeModel.parse(service({ platform: "linux/arm64" }));
  expect(findRefusals("site", model, emulating)).toEqual([]);
});
