import type { Output } from "./output/output.ts";
import type { Reaper } from "./process/leftovers/reaper.ts";
import type { Spawner } from "./process/spawn.ts";

/** What the supervisor acts through. */
export interface Surroundings {
  readonly spawner: Spawner;
  readonly reaper: Reaper;
  readonly output: Output;
  readonly log: (message: string) => void;
  /** a task asks for the end of everything */
  readonly requestShutdown: (reason: string, exitCode: number) => void;
}

/** What the jobs act through. */
export interface JobSurroundings extends Pick<Surroundings, "spawner" | "log"> {
  /** where the state of the jobs and their logs are kept; null keeps nothing */
  readonly stateDir: string | null;
  /** differs from host to host: jobs with `jitter` run at other times there */
  readonly host: string;
}
