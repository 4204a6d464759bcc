import { setTimeout as sleep } from "node:timers/promises";
import { readProcesses } from "../../../supervisor/runtime/process/proc.ts";
import type { Contestant } from "../contestant.ts";
import { hasEnded, isAlive } from "../processes.ts";
import type { Results } from "../results.ts";
import { now } from "../stamps.ts";
import type { Trial } from "../trial.ts";
import { waitFor } from "../wait.ts";
import { withTrial } from "../with-trial.ts";

/** Questions that have an answer instead of a time. */
const probes: Readonly<Record<string, (contestant: Contestant) => Promise<string>>> = {
  "stop: grandchildren": (contestant) => stopFamily(contestant, false),
  "stop: grandchildren, with its option": (contestant) => stopFamily(contestant, true),
  "crash: rest of the group": crashFamily,
  "PID 1: zombies of 100 orphans": countZombies,
  "PID 1: SIGTERM": endPid1,
  "a child that ignores SIGTERM, grace 2 s": stopDeaf,
};

/** The names of the figures, in the order of the report. */
export const probeNames = Object.keys(probes);

export async function probe(contestant: Contestant, results: Results): Promise<void> {
  for (const [name, ask] of Object.entries(probes)) {
    const answer = await ask(contestant).catch((error: Error) => `failed: ${error.message}`);
    results.say(contestant.name, name, answer);
  }
}

/** What is alive 1 s after the stop of a task: its grandchild in the group / in a session of its own. */
function stopFamily(contestant: Contestant, killGroup: boolean): Promise<string> {
  return withTrial(contestant, { mode: ["family"], killGroup, grace: 3 }, async (trial) => {
    await trial.booted();
    const [inGroup, inSession] = [await firstPid(trial, "G"), await firstPid(trial, "H")];
    const main = trial.stamps.newestPids().get("c0") ?? 0;
    await sleep(2_000);
    const argv = trial.use.stopOne?.("c0");
    if (argv === undefined) trial.tellToEnd();
    else trial.call(argv);
    await waitFor("end of the child", 15_000, () => !isAlive(main));
    await sleep(1_000);
    return `${fateOf(inGroup)} / ${fateOf(inSession)}`;
  });
}

/** Whether the grandchild of a killed child is still there when its replacement runs. */
function crashFamily(contestant: Contestant): Promise<string> {
  return withTrial(contestant, { mode: ["family"], killGroup: true, grace: 3 }, async (trial) => {
    await trial.booted();
    const inGroup = await firstPid(trial, "G");
    await sleep(2_000);
    process.kill(trial.stamps.newestPids().get("c0") ?? 0, "SIGKILL");
    await waitFor("restart", 15_000, () => trial.stamps.read("S").length > 1);
    return fateOf(inGroup);
  });
}

function countZombies(contestant: Contestant): Promise<string> {
  return withTrial(contestant, { mode: ["orphans", "100"], asPid1: true }, async (trial) => {
    await trial.booted();
    await waitFor("orphans", 20_000, () => trial.stamps.read("O").length > 0);
    await sleep(2_500);
    const root = trial.rootPid();
    return String(readProcesses().filter((info) => info.parent === root && hasEnded(info)).length);
  });
}

/** The exit code as PID 1, and how many of three children that need 300 ms for it ended properly. */
function endPid1(contestant: Contestant): Promise<string> {
  return withTrial(contestant, { children: 3, mode: ["slow-stop"], asPid1: true }, async (trial) => {
    await trial.booted();
    await sleep(2_500);
    process.kill(trial.rootPid(), "SIGTERM");
    const exit = await waitFor("exit", 15_000, () => trial.exit()).catch(() => "no exit in 15 s");
    return `${exit}, ${trial.stamps.read("E").length} of 3 ended`;
  });
}

/** Seconds until it is gone. */
function stopDeaf(contestant: Contestant): Promise<string> {
  return withTrial(contestant, { mode: ["deaf"], grace: 2 }, async (trial) => {
    await trial.booted();
    await sleep(2_000);
    const pid = trial.stamps.newestPids().get("c0") ?? 0;
    const start = now();
    trial.tellToEnd();
    const isGone = await waitFor("end", 10_000, () => !isAlive(pid)).catch(() => false);
    return isGone ? `${((now() - start) / 1_000).toFixed(1)} s` : "never ended";
  });
}

function firstPid(trial: Trial, kind: string): Promise<number> {
  return waitFor(`stamp ${kind}`, 5_000, () => trial.stamps.read(kind)[0]?.pid);
}

function fateOf(pid: number): string {
  return isAlive(pid) ? "left" : "killed";
}
