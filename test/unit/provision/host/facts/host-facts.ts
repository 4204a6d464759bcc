import type { Facts } from "../../../../../provision/host/facts/facts.ts";
import {
  formatEngineConfig,
  mergeEngineConfig,
} from "../../../../../provision/steps/docker/engine-config.ts";

/** The systems that provision knows, by the name under which /etc/os-release has them. */
export const SYSTEMS: Record<string, Facts["os"]> = {
  "Debian 12": {
    id: "debian",
    versionId: "12",
    codename: "bookworm",
    prettyName: "Debian GNU/Linux 12 (bookworm)",
  },
  "Debian 13": {
    id: "debian",
    versionId: "13",
    codename: "trixie",
    prettyName: "Debian GNU/Linux 13 (trixie)",
  },
  "Ubuntu 22.04": { id: "ubuntu", versionId: "22.04", codename: "jammy", prettyName: "Ubuntu 22.04.5 LTS" },
  "Ubuntu 24.04": { id: "ubuntu", versionId: "24.04", codename: "noble", prettyName: "Ubuntu 24.04.2 LTS" },
};

export type SystemName = keyof typeof SYSTEMS;

const NO_ENGINE: Facts["docker"] = {
  installed: false,
  client: false,
  snap: false,
  serverVersion: undefined,
  hung: false,
  composeVersion: undefined,
  byHand: false,
  enabled: false,
  configFile: "/etc/docker/daemon.json",
  configTarget: undefined,
  config: undefined,
  configIsNewer: false,
  swarm: false,
  liveRestore: false,
  containerCount: 0,
  containers: [],
  arguments: undefined,
  maskedUnits: [],
};

/** A host as the cloud hands it over: systemd, a sudo user, no Docker. */
export function bareHost(system: string, changes: Partial<Facts> = {}): Facts {
  const os = SYSTEMS[system];
  if (os === undefined) throw new Error(`no such system: ${system}`);
  return {
    os,
    architecture: "amd64",
    init: "systemd",
    loginUser: "admin",
    groups: ["admin", "sudo"],
    packages: { "ca-certificates": "20230311" },
    heldPackages: [],
    brokenPackages: [],
    dpkgInterrupted: false,
    candidates: {},
    firstBoot: false,
    docker: NO_ENGINE,
    sysctl: { "net.ipv4.tcp_migrate_req": { value: "0", writable: true } },
    files: {},
    directories: {},
    units: {},
    swapBytes: 0,
    sshd: {},
    sshPort: 22,
    unsettled: [],
    firewallLoaded: false,
    stack: undefined,
    ...changes,
  };
}

/** The same host after `provision`. */
export function provisionedHost(system: string, changes: Partial<Facts> = {}): Facts {
  return bareHost(system, {
    groups: ["admin", "sudo", "docker"],
    docker: {
      ...NO_ENGINE,
      installed: true,
      client: true,
      serverVersion: "28.5.1",
      composeVersion: "2.40.0",
      enabled: true,
      config: formatEngineConfig(mergeEngineConfig({}, {}, { swarm: false })),
      liveRestore: true,
      arguments: ["-H", "fd://", "--containerd=/run/containerd/containerd.sock"],
    },
    directories: { "/opt/longshore": "root 755" },
    sysctl: { "net.ipv4.tcp_migrate_req": { value: "1", writable: true } },
    files: {
      "/etc/sysctl.d/60-longshore.conf": "# Written by longshore provision.\nnet.ipv4.tcp_migrate_req = 1\n",
    },
    ...changes,
  });
}
