import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import {
  type ProcessInfo,
  readProcess,
  readProcesses,
  readVariable,
} from "../../supervisor/runtime/process/proc.ts";

/** Resident memory in KiB: as it is, with shared pages divided among those who share them, and what is not shared. */
export interface Memory {
  readonly rss: number;
  readonly pss: number;
  readonly private: number;
}

/** What processes have used of the CPU so far. */
export interface CpuCount {
  /** of the threads that are alive, by nanoseconds */
  readonly exact: number;
  /** of all threads there ever were, by ticks of 10 ms */
  readonly ticks: number;
  /** context switches, voluntary and forced */
  readonly switches: number;
}

/** What processes used of the CPU between two counts. */
export interface CpuUse {
  readonly milliseconds: number;
  readonly switches: number;
}

/** The living processes whose environment holds a variable with a value: all that one trial started. */
export function findMarked(variable: string, value: string): ProcessInfo[] {
  return readProcesses().filter((info) => !hasEnded(info) && readVariable(info.pid, variable) === value);
}

export function isAlive(pid: number): boolean {
  const info = readProcess(pid);
  return info !== undefined && !hasEnded(info);
}

export function hasEnded(info: ProcessInfo): boolean {
  return info.state === "Z" || info.state === "X";
}

/** The path of a process's program, or "" when that cannot be read. */
export function programOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

export function readMemory(pids: readonly number[]): Memory {
  const sums = { rss: 0, pss: 0, private: 0 };
  for (const pid of pids) {
    for (const [field, kib] of readFields(`/proc/${pid}/smaps_rollup`)) {
      if (field === "Rss") sums.rss += kib;
      if (field === "Pss") sums.pss += kib;
      if (field === "Private_Clean" || field === "Private_Dirty") sums.private += kib;
    }
  }
  return sums;
}

/** The largest RSS that each process ever had, summed (KiB). */
export function readPeakMemory(pids: readonly number[]): number {
  const peaks = pids
    .flatMap((pid) => readFields(`/proc/${pid}/status`))
    .filter(([field]) => field === "VmHWM");
  return peaks.reduce((sum, [, kib]) => sum + kib, 0);
}

export function countCpu(pids: readonly number[]): CpuCount {
  let exact = 0;
  let ticks = 0;
  let switches = 0;
  for (const pid of pids) {
    for (const thread of listThreads(pid)) {
      const folder = `/proc/${pid}/task/${thread}`;
      exact += Number(readText(`${folder}/schedstat`).split(" ")[0] ?? 0) / 1e6;
      for (const [field, count] of readFields(`${folder}/status`))
        if (field.endsWith("ctxt_switches")) switches += count;
    }
    const text = readText(`/proc/${pid}/stat`);
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    ticks += (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
  }
  return { exact, ticks, switches };
}

/** The exact count, unless threads that have ended by now used clearly more. */
export function cpuBetween(before: CpuCount, after: CpuCount): CpuUse {
  const exact = after.exact - before.exact;
  const ticks = after.ticks - before.ticks;
  return { milliseconds: ticks > exact + 30 ? ticks : exact, switches: after.switches - before.switches };
}

function listThreads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

function readFields(file: string): [string, number][] {
  return readText(file)
    .split("\n")
    .map((line) => {
      const [field = "", value = ""] = line.split(":");
      return [field, Number.parseInt(value, 10)];
    });
}

function readText(file: string): string {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return "";
  }
}
