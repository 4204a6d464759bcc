import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../../../shared/user-error.ts";
import type { Plan } from "../../config/load.ts";
import { readInherited, readOwnVariables } from "../process/inherited.ts";
import { ownContext, type Spawner } from "../process/spawn.ts";
import { setTimeLimit } from "../time-limit.ts";
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
    const { loadPlan } = await import("../../config/load.ts");
    return loadPlan(file, readInherited());
  }
  const answer = JSON.parse(await readOutput([process.execPath, program, file], spawner)) as LoadAnswer;
  if (answer.ok) return answer.plan;
  throw fromPlainError(answer.error);
}

function readOutput(argv: [string, ...string[]], spawner: Spawner): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const complaints: Buffer[] = [];
    let open = 2;
    let cancelLimit = (): void => {};
    const onEnd = (): void => {
      open -= 1;
      if (open > 0) return;
      if (chunks.length > 0) resolve(Buffer.concat(chunks).toString("utf8"));
      else reject(new Error(`cannot read tasks.yaml: ${Buffer.concat(complaints).toString("utf8")}`));
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
      onExit: () => {
        cancelLimit();
        asides.ended(run);
      },
      onError: (reason) => reject(new Error(reason)),
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
