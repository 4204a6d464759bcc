import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { docker } from "./command.ts";
import { noEngine, openSharedNet } from "./shared-net.ts";
import { ensureSnapshot, type SnapshotRecipe } from "./snapshot.ts";
import type { TestHost } from "./test-host.ts";
import type { TestNet } from "./test-net.ts";

describe.skipIf(noEngine)("a snapshot of a host", () => {
  const name = `test-${randomBytes(3).toString("hex")}`;
  let net: TestNet;

  beforeAll(async () => {
    net = await openSharedNet();
  });

  afterAll(async () => {
    await net?.removeHosts();
    const tags = await docker([
      "image",
      "ls",
      "--format",
      "{{.Repository}}:{{.Tag}}",
      `longshore-test/snapshot-${name}-trixie`,
    ]);
    await docker(["image", "rm", ...tags.split("\n")]);
  });

  test("is made once per content, and gives new machines that have what was installed", async () => {
    const key = join(inject("run")?.directory ?? "", "recipe");
    let times = 0;
    const recipe: SnapshotRecipe = {
      name,
      key: [key],
      provision: async (host) => {
        times++;
        await host.writeFile("/etc/marker", "installed\n");
      },
    };
    writeFileSync(key, "one");
    const image = await ensureSnapshot(net, recipe);
    expect(await ensureSnapshot(net, recipe)).toBe(image);
    expect(times).toBe(1);
    writeFileSync(key, "two");
    expect(await ensureSnapshot(net, recipe)).not.toBe(image);
    expect(times).toBe(2);

    const [one, two] = (await net.addHosts(2, { image })) as [TestHost, TestHost];
    expect((await one.ssh(["cat", "/etc/marker"])).stdout).toBe("installed\n");
    expect(await one.hostKeys()).not.toContain((await two.hostKeys()).split(" ")[2]);
    expect(await one.exec(["cat", "/etc/machine-id"])).not.toBe(await two.exec(["cat", "/etc/machine-id"]));
  });

  test("Debian 12 hosts boot beside Debian 13 ones", async () => {
    const [host] = (await net.addHosts(1, { os: "bookworm" })) as [TestHost];
    expect((await host.ssh(["sh", "-c", ". /etc/os-release; echo $VERSION_ID"])).stdout).toBe("12\n");
  });
});
