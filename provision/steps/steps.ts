import type { Step } from "../host/step.ts";
import type { Role } from "../stack/role.ts";
import { aptPrerequisites } from "./apt-prerequisites.ts";
import { directories } from "./directories.ts";
import { dockerConfig } from "./docker/docker-config.ts";
import { dockerGroup } from "./docker/docker-group.ts";
import { dockerPackages } from "./docker/docker-packages.ts";
import { dockerService } from "./docker/docker-service.ts";
import { firstBoot } from "./first-boot.ts";
import { fail2ban } from "./roles/fail2ban.ts";
import { firewall } from "./roles/firewall.ts";
import { sshHardening } from "./roles/ssh-hardening.ts";
import { swap } from "./roles/swap.ts";
import { sysctlSettings } from "./roles/sysctl.ts";
import { timeSync } from "./roles/time-sync.ts";
import { unattendedUpgrades } from "./roles/unattended-upgrades.ts";
import type { Wanted } from "./wanted.ts";

/** What `provision` brings a host to, in the order of application. */
export function provisionSteps(wanted: Wanted): Step[] {
  const optional: Record<Role, Step> = {
    "time-sync": timeSync,
    swap: swap(wanted.swapBytes),
    "unattended-upgrades": unattendedUpgrades,
    fail2ban,
    firewall: firewall(wanted.openPorts),
    "ssh-hardening": sshHardening,
  };
  // What could lock somebody out comes last, when everything else is as it should be.
  const order: Role[] = ["time-sync", "swap", "unattended-upgrades", "fail2ban", "firewall", "ssh-hardening"];
  const packages = dockerPackages({ upgrade: wanted.upgrade, repository: wanted.repository });
  return [
    firstBoot,
    aptPrerequisites,
    // Before the packages, so that the engine's first start reads it; but only where they can be had.
    dockerConfig(wanted.engine, packages.choose),
    packages,
    // The engine's socket does not start without the group.
    dockerGroup,
    dockerService,
    sysctlSettings,
    directories,
    ...order.filter((role) => wanted.roles.includes(role)).map((role) => optional[role]),
  ];
}
