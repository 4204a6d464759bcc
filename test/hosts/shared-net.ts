import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { withLock } from "./lock.ts";
import { startTestNet, TestNet, type TestNetRecord } from "./test-net.ts";

/** For `describe.skipIf`: the reason was printed once, when the run began. */
export const noEngine = !inject("engine").available;

/**
 * The net that all test files of a run share: the first that asks starts it. Each file adds the hosts that it needs, and
 * removes them in `afterAll` with `net.removeHosts()`.
 */
export async function openSharedNet(): Promise<TestNet> {
  const run = inject("run");
  if (run === null) throw new Error("there is no engine: guard this file with describe.skipIf(noEngine)");
  const file = join(run.directory, "net.json");
  return withLock(run.directory, "net", async () => {
    if (existsSync(file)) return new TestNet(JSON.parse(readFileSync(file, "utf8")) as TestNetRecord);
    const net = await startTestNet({ run });
    writeFileSync(file, JSON.stringify(net.record));
    return net;
  });
}
