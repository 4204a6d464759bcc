import { type SignalName, signalNumber } from "../../config/task/signal-name.ts";
import { type ProcessInfo, readProcess, readProcesses } from "./proc.ts";

/** Sends a signal to a process or, with a negative pid, to a group; false when nothing is there to take it. */
export function sendSignal(pid: number, signal: SignalName | 0): boolean {
  try {
    return process.kill(pid, signal === 0 ? 0 : signalNumber(signal));
  } catch {
    return false;
  }
}

/** Tells a process or group to end; what is suspended (SIGSTOP) goes on, since it takes no other signal until then. */
export function sendStopSignal(pid: number, signal: SignalName): boolean {
  const isTaken = sendSignal(pid, signal);
  if (isTaken && signal !== "SIGKILL") sendSignal(pid, "SIGCONT");
  return isTaken;
}

/** Whether a process of the group is still alive; one that has ended but was not collected does not count. */
export function isGroupAlive(group: number): boolean {
  if (!sendSignal(-group, 0)) return false;
  return readProcesses().some((info) => info.group === group && !hasEnded(info));
}

/** Whether the very same process is still alive, and not a later one of the same pid. */
export function isStillAlive(known: ProcessInfo): boolean {
  const now = readProcess(known.pid);
  return now !== undefined && now.startTime === known.startTime && !hasEnded(now);
}

/** The descendants of a process that left its process group (by setsid or setpgid), out of a list of all processes. */
export function listEscaped(root: number, processes: readonly ProcessInfo[]): ProcessInfo[] {
  const children = new Map<number, ProcessInfo[]>();
  for (const info of processes) {
    const siblings = children.get(info.parent);
    if (siblings === undefined) children.set(info.parent, [info]);
    else siblings.push(info);
  }
  const found: ProcessInfo[] = [];
  const queue = [root];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (child.group !== root) found.push(child);
      queue.push(child.pid);
    }
  }
  return found;
}

/** Whether only its entry in the process table is left, until its parent collects it. */
export function hasEnded(info: ProcessInfo): boolean {
  return info.state === "Z" || info.state === "X";
}
