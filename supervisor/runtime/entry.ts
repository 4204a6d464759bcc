import type { InstanceSpec } from "../config/instance-spec.ts";
import { type Instance, newInstance } from "../core/instance.ts";
import type { Prober } from "./health/prober.ts";
import { Capture } from "./output/capture.ts";
import type { LogFiles } from "./output/log-files.ts";
import type { Output } from "./output/output.ts";
import type { Cgroup } from "./process/cgroup/cgroup.ts";
import type { ProcessInfo } from "./process/proc.ts";

/** One instance as the supervisor holds it: its state, and the effects that are under way for it. */
export interface Entry {
  spec: InstanceSpec;
  instance: Instance;
  /** takes over when the present process has been stopped */
  nextSpec: InstanceSpec | null;
  /** the stop of several instances in which this one waits for its turn; any other wish takes it out */
  stopOrder: object | undefined;
  /** leaves the supervisor once it has been stopped */
  retired: boolean;
  readonly capture: Capture;
  /** what the process of a job is told of its run, in its environment */
  runVariables: Readonly<Record<string, string>>;
  cancelTimer: () => void;
  prober: Prober | undefined;
  /** the process group of the present process, and what was seen to have left it; empty groups are forgotten */
  group: number | null;
  escaped: readonly ProcessInfo[];
  /** what the present process was started in, where cgroups can be had */
  cgroup: Cgroup | undefined;
}

export function newEntry(spec: InstanceSpec, output: Output, files: LogFiles): Entry {
  return {
    spec,
    instance: newInstance(),
    nextSpec: null,
    stopOrder: undefined,
    retired: false,
    capture: new Capture(output, files),
    runVariables: {},
    cancelTimer: () => {},
    prober: undefined,
    group: null,
    escaped: [],
    cgroup: undefined,
  };
}

/** Names this run in the environment of its processes. */
export function markOf(entry: Entry): string {
  return `${entry.spec.id}:${entry.instance.generation}`;
}

/** Removes the cgroup of a run that has ended. */
export function leaveCgroup(entry: Entry): void {
  entry.cgroup?.remove();
  entry.cgroup = undefined;
}
