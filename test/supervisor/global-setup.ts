import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { bundleSupervisor } from "../../scripts/bundle-supervisor.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** the folder of longshored.cjs and longshorectl.cjs, made of the present sources */
    programs: string;
  }
}

/** Bundles the programs once a run, before the files of the project `supervisor`. */
export async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "longshore-bundle-"));
  // Some run it as another user.
  chmodSync(folder, 0o755);
  await bundleSupervisor(folder);
  chmodSync(join(folder, "longshored.cjs"), 0o755);
  project.provide("programs", folder);
  return () => rmSync(folder, { recursive: true, force: true });
}
