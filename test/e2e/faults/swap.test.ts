import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostOutcome } from "../../../provision/fleet/outcome.ts";
import { noEngine } from "../../hosts/shared-net.ts";
import type { TestHost } from "../../hosts/test-host.ts";
import type { TestNet } from "../../hosts/test-net.ts";
import { endAtFirstFailure } from "../chapters.ts";
import { readHosts } from "../json-result.ts";
import type { Operator } from "../operator.ts";
import { addProvisionedHosts } from "../provisioned-hosts.ts";

// A container has the kernel of its machine, and with that its swap.
const hasSwap = readFileSync("/proc/swaps", "utf8").trim().includes("\n");

// The root of a host is an overlay, on which no kernel swaps: the swap goes to where the host has a real file system.
const REAL_PLACE = "/var/lib/docker/swapfile";
const SWAPON = `#!/bin/sh
set -e
cp "$1" ${REAL_PLACE}
chmod 0600 ${REAL_PLACE}
exec /usr/sbin/swapon ${REAL_PLACE}
`;

describe.skipIf(noEngine || hasSwap)("the role swap", { timeout: 120_000 }, () => {
  endAtFirstFailure();

  let net: TestNet;
  let host: TestHost;
  let operator: Operator;

  beforeAll(async () => {
    ({ net, host, operator } = await addProvisionedHosts({ longshore_roles: "swap", longshore_swap: "16m" }));
  });

  afterAll(async () => {
    // The machine would keep it otherwise, and with it the volume.
    await host?.tryExec(["swapoff", REAL_PLACE]);
    await net?.removeHosts();
  });

  const provision = async (...args: string[]) => {
    const { stdout } = await operator.longshore(["provision", "--json", ...args]);
    return readHosts(HostOutcome, stdout)[0];
  };
  const fstab = () => host.exec(["grep", "--count", "swap", "/etc/fstab"]).catch(() => "0");

  test("is part of the plan", async () => {
    expect(await provision("--check")).toMatchObject({
      status: "pending",
      pending: expect.arrayContaining([
        {
          title: "swap: 16 MiB at /swapfile",
          details: ["+ /swapfile (16 MiB)", "+ /swapfile none swap sw 0 0 (/etc/fstab)"],
        },
      ]),
    });
  });

  test("leaves nothing behind where the kernel refuses the file", async () => {
    expect(await provision()).toMatchObject({
      status: "failed",
      error: {
        step: "swap: 16 MiB at /swapfile",
        message: expect.stringContaining("swapon failed: Invalid argument"),
      },
    });
    expect((await host.tryExec(["ls", "/swapfile"])).code).not.toBe(0);
    expect(await fstab()).toBe("0");
  });

  test("makes the file anew, in the place of one that is half written, and the kernel swaps to it", async () => {
    await host.writeFile("/swapfile", "half");
    await host.writeFile("/usr/local/sbin/swapon", SWAPON);
    await host.exec(["chmod", "+x", "/usr/local/sbin/swapon"]);
    expect(await provision()).toMatchObject({ status: "changed", changes: ["swap: 16 MiB at /swapfile"] });
    expect(await host.exec(["stat", "--format", "%s %a %U", "/swapfile"])).toBe(`${16 * 1024 ** 2} 600 root`);
    expect(await host.exec(["cat", "/proc/swaps"])).toContain(REAL_PLACE);
    expect(await host.exec(["tail", "--lines", "1", "/etc/fstab"])).toBe("/swapfile none swap sw 0 0");
  });

  test("has nothing to do where there is swap, and adds no second line to fstab when it is gone", async () => {
    expect(await provision()).toMatchObject({ status: "ok" });
    await host.exec(["swapoff", REAL_PLACE]);
    expect(await provision()).toMatchObject({ status: "changed" });
    expect(await fstab()).toBe("1");
  });
});
