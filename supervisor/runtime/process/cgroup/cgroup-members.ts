import type { SignalName } from "../../../config/task/signal-name.ts";
import type { Entry } from "../../entry.ts";
import type { Leftovers } from "../leftovers/leftovers.ts";
import { readProcess } from "../proc.ts";
import { sendStopSignal } from "../process-group.ts";

/** Finds the processes of a run in its cgroup: none gets out of it by a fork, a session of its own, or a new environment. */
export class CgroupMembers implements Leftovers {
  signal({ cgroup, group }: Entry, signal: SignalName): void {
    if (signal === "SIGKILL") {
      cgroup?.kill();
      return;
    }
    if (group !== null) sendStopSignal(-group, signal);
    for (const pid of cgroup?.listPids() ?? []) {
      if (readProcess(pid)?.group !== group) sendStopSignal(pid, signal);
    }
  }

  anyAlive({ cgroup }: Entry): boolean {
    return cgroup?.isPopulated() ?? false;
  }
}
