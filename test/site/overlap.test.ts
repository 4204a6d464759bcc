import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { docker } from "../hosts/command.ts";
import { noEngine } from "../hosts/shared-net.ts";
import { labelArguments, type TestRun } from "../hosts/test-run.ts";
import { ask } from "./ask.ts";
import { ensureSiteImage, SiteContainer } from "./site-container.ts";

// Ten at once: some of them wait to be accepted at the moment when a release stops listening.
const VISITORS = 10;
const VISIT_EVERY_MS = 10;

describe.skipIf(noEngine)("two releases on one network", () => {
  const containers: string[] = [];
  let run: TestRun;
  let image: string;
  let address: string;

  beforeAll(async () => {
    run = inject("run") as TestRun;
    image = await ensureSiteImage();
    // Stands in for the host, whose network both releases use; its sysctl is one that provision sets.
    const host = `${run.id}-overlap-host`;
    const options = ["--name", host, "--sysctl", "net.ipv4.tcp_migrate_req=1", "--entrypoint", "sleep"];
    await docker(["run", "--detach", ...labelArguments(run), ...options, image, "infinity"]);
    containers.push(host);
    address = await docker(["inspect", "--format", "{{.NetworkSettings.IPAddress}}", host]);
  });
  afterAll(() => docker(["rm", "--force", "--volumes", ...containers]));

  async function startRelease(name: string, after?: SiteContainer) {
    const options = ["--network", `container:${containers[0]}`];
    const release = await SiteContainer.start(run, image, name, { options, after });
    containers.push(release.name);
    await release.waitUntilHealthy();
    return release;
  }

  test("the second takes over without a failed request", async () => {
    let current = await startRelease("overlap1");
    const visitors = new Visitors("http://localhost/", address);
    for (const name of ["overlap2", "overlap3"]) {
      const next = await startRelease(name, current);
      await docker(["stop", current.name]);
      current = next;
    }
    const { answered, failures } = await visitors.leave();
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(100);
  });
});

/** More visitors every few milliseconds, each with a connection of its own, however long the others wait. */
class Visitors {
  private readonly visits: Promise<string | undefined>[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(url: string, address: string) {
    this.timer = setInterval(() => {
      for (let arrived = 0; arrived < VISITORS; arrived++) this.visits.push(visit(url, address));
    }, VISIT_EVERY_MS);
  }

  async leave() {
    // The last one arrives after the last change.
    await delay(5 * VISIT_EVERY_MS);
    clearInterval(this.timer);
    const failures = (await Promise.all(this.visits)).filter((failure) => failure !== undefined);
    return { answered: this.visits.length - failures.length, failures };
  }
}

/** Resolves with what went wrong, if anything did. */
async function visit(url: string, address: string): Promise<string | undefined> {
  try {
    const { status } = await ask(url, address);
    return status === 301 ? undefined : `status ${status}`;
  } catch (error) {
    return (error as Error).message;
  }
}
