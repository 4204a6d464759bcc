import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { docker } from "../hosts/command.ts";
import { noEngine, openSharedNet } from "../hosts/shared-net.ts";
import type { TestNet } from "../hosts/test-net.ts";
import type { TestRun } from "../hosts/test-run.ts";
import { waitUntil } from "../hosts/wait.ts";
import { ensureSiteImage, SiteContainer } from "./site-container.ts";

const TOKEN = "c0ffee00-1234-5678-9abc-def012345678";

describe.skipIf(noEngine)("the DuckDNS job", () => {
  let net: TestNet;
  let site: SiteContainer;
  let address: string;

  beforeAll(async () => {
    net = await openSharedNet();
    address = `${net.record.prefix}.220`;
    site = await SiteContainer.start(inject("run") as TestRun, await ensureSiteImage(), "duckdns", {
      secrets: `DUCKDNS_TOKEN=${TOKEN}\nDUCKDNS_DOMAINS=harbour\nDUCKDNS_URL=${net.duckDns.url}\n`,
      options: ["--network", net.record.network, "--ip", address, "--dns", net.record.internet.address],
    });
    await site.waitUntilHealthy();
  });
  afterAll(() => docker(["rm", "--force", "--volumes", site.name]));

  test("points the name at the address that the container is seen with", async () => {
    // It is refused while a run of the schedule is under way.
    await waitUntil(
      "the job has run",
      async () => (await site.exec(["longshorectl", "run", "duckdns", "--wait"])).code === 0,
    );
    expect(await net.dns.resolve("harbour.duckdns.longshore.test")).toBe(address);
    expect(await net.duckDns.requests()).toContainEqual(
      expect.objectContaining({ domains: "harbour", token: TOKEN, accepted: true }),
    );
  });

  test("is due every five minutes", async () => {
    const { next_run } = await waitUntil("no run is under way", async () => {
      const task = await site.task("duckdns");
      return task.state === "waiting" ? task : undefined;
    });
    expect(new Date(next_run ?? 0).getUTCMinutes() % 5).toBe(0);
  });

  test("the token is in no log, no status, no inspection and no other task's environment", async () => {
    const { pid } = await site.task("nginx");
    const seen = [
      await site.logs(),
      await site.inspect("{{json .}}"),
      await site.execChecked(["longshorectl", "status", "--json"]),
      await site.execChecked(["cat", `/proc/${pid}/environ`, "/proc/1/environ"]),
    ];
    expect(seen.join("\n")).not.toContain(TOKEN);
  });
});
