import { closeSync, existsSync, fstatSync, openSync, readSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "../contestant.ts";
import { checkLines, describeLines } from "../log-lines.ts";
import { countCpu, cpuBetween, readPeakMemory } from "../processes.ts";
import type { Results } from "../results.ts";
import type { Settings } from "../settings.ts";
import { now } from "../stamps.ts";
import { waitFor } from "../wait.ts";
import { withTrial } from "../with-trial.ts";

/**
 * One child that writes as fast as it can: from its first write until its last line is on disk, and whether what was
 * kept is whole and in order. A contestant without files is timed until the child is done.
 */
export async function measureLog(
  contestant: Contestant,
  settings: Settings,
  results: Results,
): Promise<void> {
  const lines = Math.floor(settings.logBytes / 100);
  const options = { mode: ["flood", String(lines * 100)], captureLogs: true };
  await withTrial(contestant, options, async (trial) => {
    await trial.booted();
    const [begin] = await waitFor("first line", 20_000, () => {
      const stamps = trial.stamps.read("L");
      return stamps.length > 0 && stamps;
    });
    const pids = trial.ownPids();
    const before = countCpu(pids);
    const [done] = await waitFor("last line", 120_000, () => {
      const stamps = trial.stamps.read("D");
      return stamps.length > 0 && stamps;
    });
    const { logFiles } = trial.use;
    const last = String(lines - 1).padStart(12, "0");
    const landed = logFiles !== undefined && (await landsWithin(30_000, () => logFiles("c0"), last));
    const seconds = ((landed ? now() : (done?.at ?? 0)) - (begin?.at ?? 0)) / 1_000;
    const { milliseconds } = cpuBetween(before, countCpu(pids));
    const { name } = contestant;
    results.add(name, "log rate", (lines * 100) / 1e6 / seconds);
    results.add(name, "log cpu", milliseconds / 1_000 / ((lines * 100) / 1e9));
    results.add(name, "log peak", readPeakMemory(trial.ownPids()) / 1_024);
    if (logFiles === undefined) results.say(name, "log lines", "memory only");
    else {
      // a rotation by another process may still be under way
      await sleep(3_000);
      results.say(name, "log lines", describeLines(checkLines(logFiles("c0").filter(existsSync), lines)));
    }
  });
}

async function landsWithin(timeout: number, files: () => string[], last: string): Promise<boolean> {
  const landed = (): boolean =>
    files()
      .slice(-2)
      .some((file) => readEnd(file).includes(last));
  return waitFor("last line on disk", timeout, landed, 5).catch(() => false);
}

function readEnd(file: string): string {
  if (!existsSync(file)) return "";
  const fd = openSync(file, "r");
  const buffer = Buffer.alloc(400);
  const length = readSync(fd, buffer, 0, 400, Math.max(0, fstatSync(fd).size - 400));
  closeSync(fd);
  return buffer.toString("latin1", 0, length);
}
