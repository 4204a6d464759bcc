import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker } from "./command.ts";

const RUN_LABEL = "longshore.test";
const OWNER_LABEL = "longshore.test.owner";

/** What one run of the tests leaves on this machine goes by its name, so that it can be removed by name. Plain data. */
export interface TestRun {
  /** prefix of every container, network and volume: `longshore-test-4711-c0ffee` */
  id: string;
  /** the process whose end is the end of the run */
  owner: string;
  /** keys, known_hosts and other files of the run */
  directory: string;
}

/** Begins a run that this process owns. */
export function beginRun(): TestRun {
  const id = `longshore-test-${process.pid}-${randomBytes(3).toString("hex")}`;
  const owner = ownerOf(process.pid);
  if (owner === undefined) throw new Error("cannot read /proc: the tests on hosts need Linux");
  return { id, owner, directory: mkdtempSync(join(tmpdir(), `${id}-`)) };
}

/** Arguments for `docker run|create|network create|volume create` that mark the thing as the run's own. */
export function labelArguments(run: TestRun): string[] {
  return ["--label", `${RUN_LABEL}=${run.id}`, "--label", `${OWNER_LABEL}=${run.owner}`];
}

/** Removes the run's containers (with their anonymous volumes), networks, volumes and files. */
export async function endRun(run: TestRun): Promise<void> {
  await removeLabelled(run.id);
  rmSync(run.directory, { recursive: true, force: true });
}

/** {@link endRun} without waiting for anything, for a process that is about to exit because somebody pressed Ctrl-C. */
export function abandonRun(run: TestRun): void {
  const listOf = (...command: string[]) => {
    const args = [...command, "--quiet", "--filter", `label=${RUN_LABEL}=${run.id}`];
    return spawnSync("docker", args, { encoding: "utf8" }).stdout.split("\n").filter(Boolean);
  };
  spawnSync("docker", ["rm", "--force", "--volumes", ...listOf("ps", "--all")]);
  spawnSync("docker", ["network", "rm", ...listOf("network", "ls")]);
  spawnSync("docker", ["volume", "rm", ...listOf("volume", "ls")]);
  rmSync(run.directory, { recursive: true, force: true });
}

/** Removes what runs left behind whose process was killed before it could clean up. */
export async function removeDeadRuns(): Promise<void> {
  const format = `{{.Label "${RUN_LABEL}"}} {{.Label "${OWNER_LABEL}"}}`;
  const lists = await Promise.all([
    docker(["ps", "--all", "--filter", `label=${RUN_LABEL}`, "--format", format]),
    docker(["network", "ls", "--filter", `label=${RUN_LABEL}`, "--format", format]),
    docker(["volume", "ls", "--filter", `label=${RUN_LABEL}`, "--format", format]),
  ]);
  const owners = new Map(
    lists
      .flatMap((list) => list.split("\n"))
      .filter((line) => line !== "")
      .map((line) => line.split(" ") as [string, string]),
  );
  for (const [id, owner] of owners) {
    if (ownerOf(Number.parseInt(owner, 10)) !== owner) await removeLabelled(id);
  }
}

async function removeLabelled(id: string): Promise<void> {
  const filter = ["--quiet", "--filter", `label=${RUN_LABEL}=${id}`];
  const list = async (args: string[]) => (await docker([...args, ...filter])).split("\n").filter(Boolean);
  const containers = await list(["ps", "--all"]);
  if (containers.length > 0) await docker(["rm", "--force", "--volumes", ...containers]);
  const networks = await list(["network", "ls"]);
  if (networks.length > 0) await docker(["network", "rm", ...networks]);
  const volumes = await list(["volume", "ls"]);
  if (volumes.length > 0) await docker(["volume", "rm", ...volumes]);
}

/** `PID:STARTTIME` of a living process (proc_pid_stat(5), field 22), so that a reused pid is not taken for it. */
function ownerOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses, which may hold spaces: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return `${pid}:${fields[22 - 3]}`;
  } catch {
    return undefined;
  }
}
