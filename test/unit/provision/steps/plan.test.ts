import { describe, expect, test } from "vitest";
import type { Facts } from "../../../../provision/host/facts/facts.ts";
import { planSteps } from "../../../../provision/host/step.ts";
import { dockerService } from "../../../../provision/steps/docker/docker-service.ts";
import { mergeEngineConfig } from "../../../../provision/steps/docker/engine-config.ts";
import { provisionSteps } from "../../../../provision/steps/steps.ts";
import { readWanted } from "../../../../provision/steps/wanted.ts";
import { bareHost, provisionedHost, SYSTEMS } from "../host/facts/host-facts.ts";
import { makeHost } from "../inventory/stack-folder.ts";

/** What provision would do: `step: summary`. */
const plan = (facts: Facts) =>
  planSteps(provisionSteps(readWanted(makeHost(), { upgrade: false })), facts).map(
    ({ step, change }) => `${step.id}: ${change.summary}`,
  );

describe.each(Object.keys(SYSTEMS))("%s", (system) => {
  test("bare: everything, in this order", () => {
    expect(plan(bareHost(system))).toEqual([
      "docker-config: log-driver, log-opts, default-address-pools, live-restore",
      "docker-packages: install Docker Engine and Compose v2",
      "docker-group: add admin",
      "docker-service: start and enable",
      "sysctl: net.ipv4.tcp_migrate_req=1",
      "directories: /opt/longshore",
    ]);
  });

  test("provisioned: nothing, on either architecture", () => {
    expect(plan(provisionedHost(system))).toEqual([]);
    expect(plan(provisionedHost(system, { architecture: "arm64" }))).toEqual([]);
  });
});

const { docker } = provisionedHost("Debian 13");

const SWARM_CONFIG = JSON.stringify(mergeEngineConfig({}, {}, { swarm: true }));

test.each<[string, Partial<Facts>, string[]]>([
  [
    "Compose missing",
    { docker: { ...docker, composeVersion: undefined } },
    ["docker-packages: install Compose v2"],
  ],
  [
    "the engine missing, Compose there",
    { docker: { ...docker, installed: false, serverVersion: undefined, enabled: false } },
    ["docker-packages: install Docker Engine", "docker-service: start and enable"],
  ],
  [
    "a package half installed",
    { brokenPackages: ["docker.io", "containerd.io"] },
    ["packages: repair docker.io containerd.io", "docker-packages: hold containerd.io docker.io"],
  ],
  [
    "a package half installed and Compose missing",
    { brokenPackages: ["docker.io"], docker: { ...docker, composeVersion: undefined } },
    ["packages: repair docker.io", "docker-packages: install Compose v2"],
  ],
  ["dpkg was cut off", { dpkgInterrupted: true }, ["packages: repair what dpkg was cut off at"]],
  ["the first boot goes on", { firstBoot: true }, ["first-boot: wait for cloud-init"]],
  ["no certificates", { packages: {} }, ["packages: install ca-certificates"]],
  [
    "an engine that is not held",
    {
      packages: { "ca-certificates": "1", "docker-ce": "28", "containerd.io": "2" },
      heldPackages: ["docker-ce"],
    },
    ["docker-packages: hold containerd.io"],
  ],
  ["no directory", { directories: {} }, ["directories: /opt/longshore"]],
  [
    "a directory of another",
    { directories: { "/opt/longshore": "admin 777" } },
    ["directories: /opt/longshore"],
  ],
  [
    "no engine configuration",
    { docker: { ...docker, config: undefined } },
    ["docker-config: log-driver, log-opts, default-address-pools, live-restore"],
  ],
  [
    "the engine has not read its configuration",
    { docker: { ...docker, configIsNewer: true } },
    ["docker-config: restart, to read what has changed"],
  ],
  [
    "a node of a swarm is not restarted",
    { docker: { ...docker, config: SWARM_CONFIG, configIsNewer: true, swarm: true } },
    [],
  ],
  [
    "an engine started by hand keeps its configuration",
    { init: "none", docker: { ...docker, config: undefined } },
    [],
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
    { files: { "/etc/sysctl.d/60-longshore.conf": "# of another\n" } },
    ["sysctl: net.ipv4.tcp_migrate_req=1"],
  ],
])("a provisioned host, but: %s", (_title, changes, expected) => {
  expect(plan(provisionedHost("Debian 13", changes))).toEqual(expected);
});

test("a dockerd without a unit is refused before anything is changed: nothing would start it", () => {
  const facts = provisionedHost("Debian 13");
  const byHand = { ...facts, docker: { ...facts.docker, arguments: undefined, enabled: false } };
  expect(() => dockerService.check(byHand)).toThrow("systemd has no unit docker.service");
  expect(() => dockerService.check({ ...byHand, brokenPackages: ["docker.io"] })).not.toThrow();
});
