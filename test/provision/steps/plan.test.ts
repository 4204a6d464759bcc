import { describe, expect, test } from "vitest";
import type { Facts } from "../../../provision/facts/facts.ts";
import { planSteps } from "../../../provision/steps/step.ts";
import { PROVISION_STEPS } from "../../../provision/steps/steps.ts";
import { bareHost, provisionedHost, SYSTEMS } from "./host-facts.ts";

/** What provision would do: `step: summary`. */
const plan = (facts: Facts) =>
  planSteps(PROVISION_STEPS, facts).map(({ step, change }) => `${step.id}: ${change.summary}`);

describe.each(Object.keys(SYSTEMS))("%s", (system) => {
  test("bare: everything, in this order", () => {
    expect(plan(bareHost(system))).toEqual([
      "docker-packages: install Docker Engine and Compose v2",
      "docker-service: start and enable",
      "docker-group: add admin",
      "sysctl: net.ipv4.tcp_migrate_req=1",
    ]);
  });

  test("provisioned: nothing, on either architecture", () => {
    expect(plan(provisionedHost(system))).toEqual([]);
    expect(plan(provisionedHost(system, { architecture: "arm64" }))).toEqual([]);
  });
});

const { docker } = provisionedHost("Debian 13");

test.each<[string, Partial<Facts>, string[]]>([
  [
    "Compose missing",
    { docker: { ...docker, composeVersion: undefined } },
    ["docker-packages: install Compose v2"],
  ],
  [
    "the engine missing, Compose there",
    { docker: { installed: false, serverVersion: undefined, composeVersion: "2.40.0", enabled: false } },
    ["docker-packages: install Docker Engine", "docker-service: start and enable"],
  ],
  [
    "a package half installed",
    { brokenPackages: ["docker.io", "containerd.io"] },
    ["docker-packages: repair docker.io containerd.io"],
  ],
  [
    "a package half installed and Compose missing",
    { brokenPackages: ["docker.io"], docker: { ...docker, composeVersion: undefined } },
    ["docker-packages: install Compose v2"],
  ],
  ["stopped", { docker: { ...docker, serverVersion: undefined } }, ["docker-service: start"]],
  ["disabled", { docker: { ...docker, enabled: false } }, ["docker-service: enable"]],
  [
    "stopped and disabled",
    { docker: { ...docker, serverVersion: undefined, enabled: false } },
    ["docker-service: start and enable"],
  ],
  ["no systemd: nothing to enable", { init: "none", docker: { ...docker, enabled: false } }, []],
  [
    "no systemd, stopped",
    { init: "none", docker: { ...docker, serverVersion: undefined, enabled: false } },
    ["docker-service: start"],
  ],
  ["not in the docker group", { groups: ["admin", "sudo"] }, ["docker-group: add admin"]],
  ["root needs no group", { loginUser: "root", groups: ["root"] }, []],
  [
    "the kernel's setting was changed",
    { sysctl: { "net.ipv4.tcp_migrate_req": { value: "0", writable: true } } },
    ["sysctl: net.ipv4.tcp_migrate_req=1"],
  ],
  [
    "a container may not write the setting",
    { sysctl: { "net.ipv4.tcp_migrate_req": { value: "0", writable: false } } },
    [],
  ],
  ["an old kernel has no such setting", { sysctl: {} }, []],
  ["the setting's file is gone", { files: {} }, ["sysctl: net.ipv4.tcp_migrate_req=1"]],
  [
    "the setting's file was changed",
    { files: { "/etc/sysctl.d/60-longshore.conf": "0".repeat(64) } },
    ["sysctl: net.ipv4.tcp_migrate_req=1"],
  ],
])("a provisioned host, but: %s", (_title, changes, expected) => {
  expect(plan(provisionedHost("Debian 13", changes))).toEqual(expected);
});
