import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { docker } from "./command.ts";
import { ensureImage } from "./images.ts";
import { noEngine } from "./shared-net.ts";
import { beginRun, endRun, labelArguments, removeDeadRuns, type TestRun } from "./test-run.ts";

const listOf = async (run: TestRun) => {
  const filter = ["--quiet", "--filter", `label=longshore.test=${run.id}`];
  const lists = await Promise.all([
    docker(["ps", "--all", ...filter]),
    docker(["network", "ls", ...filter]),
    docker(["volume", "ls", ...filter]),
  ]);
  return lists.filter((list) => list !== "");
};

async function leaveThings(run: TestRun): Promise<void> {
  await docker(["network", "create", ...labelArguments(run), `${run.id}-net`]);
  await docker(["volume", "create", ...labelArguments(run), `${run.id}-volume`]);
  const options = ["--name", `${run.id}-box`, "--network", `${run.id}-net`];
  const image = await ensureImage("host");
  await docker(["run", "--detach", ...labelArguments(run), ...options, image, "sleep", "1000"]);
}

describe.skipIf(noEngine)("what a run leaves behind", () => {
  test("is all removed when the run ends, files too", async () => {
    const run = beginRun();
    await leaveThings(run);
    expect(await listOf(run)).toHaveLength(3);
    await endRun(run);
    expect(await listOf(run)).toEqual([]);
    expect(existsSync(run.directory)).toBe(false);
  });

  test("is removed by the next run when its process was killed, and left alone while it lives", async () => {
    const living = beginRun();
    const killed = { ...beginRun(), owner: `${await deadProcess()}:1` };
    await leaveThings(living);
    await leaveThings(killed);
    await removeDeadRuns();
    expect(await listOf(killed)).toEqual([]);
    expect(await listOf(living)).toHaveLength(3);
    await endRun(living);
    await endRun(killed);
  });

  test("a pid that another process has by now does not keep it", async () => {
    const reused = { ...beginRun(), owner: `${process.pid}:1` };
    await leaveThings(reused);
    await removeDeadRuns();
    expect(await listOf(reused)).toEqual([]);
    await endRun(reused);
  });
});

async function deadProcess(): Promise<number | undefined> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid;
}
