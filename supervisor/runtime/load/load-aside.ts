import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../../shared/user-error.ts";
import type { Plan } from "../../config/files/load.ts";
import { describeExit, type Exit } from "../../core/instance.ts";
import { readInherited, readOwnVariables } from "../process/inherited.ts";
import { ownContext, type Spawner } from "../process/spawn.ts";
import { setTimeLimit } from "../time/time-limit.ts";
import { fromPlainError, type PlainError } from "./plain-error.ts";

/** How long the file and all that it refers to may take (ms): the next reload waits for it. */
const patience = 60_000;

/** What the program that reads tasks.yaml answers. */
export type LoadAnswer =
  | { readonly ok: true; readonly plan: Plan }
  | { readonly ok: false; readonly error: PlainError };

/**
 * Reads a tasks.yaml as `loadPlan` does, in a process that is gone afterwards: to parse a hundred tasks takes more memory
 * than to run them, and a file that is more than the parser can take does not take the supervisor with it.
 * @throws what `loadPlan` throws
 */
export async function loadPlanAside(file: string, spawner: Spawner): Promise<Plan> {
  const program = join(dirname(realpathSync(process.argv[1] ?? ".")), "longshored-load.cjs");
  if (!existsSync(program)) {
    // run from its sources
    const { loadPlan } = await import("../../config/files/load.ts");
    return loadPlan(file, readInherited());
  }
  const answer = await readAnswer([process.execPath, program, file], spawner);
  if (answer.ok) return answer.plan;
  throw fromPlainError(answer.error);
}

/** @throws UserError where the program comes to no answer: it is killed, cannot be started, or gets no memory */
async function readAnswer(argv: [string, ...string[]], spawner: Spawner): Promise<LoadAnswer> {
  const { answer, complaint, exit } = await readOutput(argv, spawner);
  try {
    return JSON.parse(answer) as LoadAnswer;
  } catch {
    const words = complaint.split("\n").find((line) => line.trim() !== "");
    const detail = words === undefined ? "" : `: ${words.trim()}`;
    throw noAnswer(argv, `the program for it ended (${describeExit(exit)})${detail}`);
  }
}

function noAnswer(argv: readonly string[], reason: string): UserError {
  const hint =
    "is there a limit of memory or of processes that it meets (docker run --memory, --pids-limit)?";
  return new UserError("tasks_file", `cannot read ${argv.at(-1)}: ${reason}`, { hint });
}

interface Spoken {
  readonly answer: string;
  readonly complaint: string;
  readonly exit: Exit;
}

function readOutput(argv: [string, ...string[]], spawner: Spawner): Promise<Spoken> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const complaints: Buffer[] = [];
    const textOf = (blocks: readonly Buffer[]): string => Buffer.concat(blocks).toString("utf8");
    let exit: Exit | undefined;
    let open = 2;
    let cancelLimit = (): void => {};
    const look = (): void => {
      if (open === 0 && exit !== undefined)
        resolve({ answer: textOf(chunks), complaint: textOf(complaints), exit });
    };
    const onEnd = (): void => {
      open -= 1;
      look();
    };
    const { asides } = spawner;
    const run = asides.newRun();
    const spawned = spawner.spawn({
      spec: ownContext,
      argv,
      mark: run,
      inherits: readOwnVariables(),
      stdout: { onChunk: (chunk) => chunks.push(Buffer.from(chunk)), onEnd },
      stderr: { onChunk: (chunk) => complaints.push(Buffer.from(chunk)), onEnd },
      onExit: (end) => {
        cancelLimit();
        asides.ended(run);
        exit = end;
        look();
      },
      onError: (reason) => reject(noAnswer(argv, reason)),
    });
    if (spawned === undefined) return;
    asides.began(run, spawned.pid);
    cancelLimit = setTimeLimit(patience, () => {
      asides.kill(run);
      const hint = "is one of its files a pipe, or on a server that is gone?";
      reject(
        new UserError("tasks_file", `cannot read ${argv.at(-1)} within ${patience / 1_000} s`, { hint }),
      );
    });
  });
}
