import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import type { HistoryResponse, RunReport } from "../../supervisor/protocol/job.ts";
import { Daemon } from "./daemon.ts";

/** A state directory of its own for each test of a file, which outlives its daemons. Call at the top of the file. */
export function useJobState(): {
  stateFolder: () => string;
  /** a longshored that keeps the state of its jobs there */
  start: (tasks: string, env?: Record<string, string>) => Daemon;
} {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "longshore-state-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return {
    stateFolder: () => folder,
    start: (tasks, env = {}) => new Daemon(tasks, { args: ["--state-dir", folder], env }),
  };
}

/** The runs of a job, the newest first. */
export async function historyOf(daemon: Daemon, job: string): Promise<RunReport[]> {
  return (await daemon.client.call<HistoryResponse>("GET", `/v1/jobs/history?job=${job}`)).runs;
}
