/** What a contestant is to run. */
export interface TrialOptions {
  readonly children: number;
  /** the mode of native/workload.c */
  readonly mode: readonly string[];
  readonly captureLogs: boolean;
  /** seconds from SIGTERM to SIGKILL */
  readonly grace: number;
  /** set the option that makes it kill whole process groups, if it has one */
  readonly killGroup: boolean;
  /** run it as PID 1 of a pid namespace */
  readonly asPid1: boolean;
}

/** What a contestant writes its configuration for. */
export interface TrialSetup {
  readonly options: TrialOptions;
  /** for configuration and logs, on disk */
  readonly folder: string;
  /** for sockets and stamps, in memory */
  readonly fastFolder: string;
  /** the names of the children */
  readonly names: readonly string[];
  /** What runs a child. */
  childArgv(name: string): [string, ...string[]];
  /** Writes a file into the folder; its path. */
  write(path: string, text: string, mode?: number): string;
}
