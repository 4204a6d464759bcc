import type { TestProject } from "vitest/node";
import { type Engine, ensureEngine } from "./engine.ts";
import { ensureBaseImage, ensureImage } from "./images.ts";
import { abandonRun, beginRun, endRun, removeDeadRuns, type TestRun } from "./test-run.ts";

declare module "vitest" {
  export interface ProvidedContext {
    engine: Engine;
    /** what the files of this run start goes by its name and is removed at its end; null without an engine */
    run: TestRun | null;
  }
}

/** Once a run, before the files of the project `hosts`: engine and images are there, and dead runs' leftovers are not. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { engine, stop } = await ensureEngine();
  project.provide("engine", engine);
  if (!engine.available) {
    console.log(`skipping the tests on hosts: ${engine.reason}`);
    project.provide("run", null);
    return async () => {};
  }
  await removeDeadRuns();
  await ensureBaseImage("trixie");
  await Promise.all([ensureImage("host"), ensureImage("internet")]);
  const run = beginRun();
  project.provide("run", run);
  // vitest does not tear down what it set up when it is interrupted.
  const abandon = () => abandonRun(run);
  process.once("exit", abandon);
  return async () => {
    process.off("exit", abandon);
    await endRun(run);
    await stop();
  };
}
