import { closeSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import type { ReadText } from "../read-text.ts";

/** The kernel counts resident memory in pages, of 16 or 64 KiB on some arm64 machines. */
const pageSize = findPageSize(readOwn("auxv"));

/** One process, as /proc/PID/stat tells it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  /** clock ticks since boot: with the pid it names a process for good, since pids are used again */
  readonly startTime: string;
  /** resident memory, shared pages included */
  readonly residentBytes: number;
}

/** A process, or undefined when there is none of that pid. */
export function readProcess(pid: number): ProcessInfo | undefined {
  try {
    return parseStat(pid, readText(`/proc/${pid}/stat`));
  } catch {
    return undefined;
  }
}

/** Every process that can be seen from here. */
export function readProcesses(): ProcessInfo[] {
  return listPids().flatMap((pid) => readProcess(pid) ?? []);
}

/** The pids of every process that can be seen from here. */
export function listPids(): number[] {
  try {
    const names = listNames("/proc").filter((name) => name >= "1" && name < ":");
    return names.map(Number);
  } catch {
    return [];
  }
}

/** The pids of this process's own children, those that have ended included. */
export function readChildren(): number[] {
  try {
    const text = readText(`/proc/self/task/${process.pid}/children`);
    return text.split(" ").filter(Boolean).map(Number);
  } catch {
    return readProcesses().flatMap(({ pid, parent }) => (parent === process.pid ? [pid] : []));
  }
}

/** The living descendants of a process, itself not among them. */
export function readDescendants(pid: number): number[] {
  return readTaskChildren(pid).flatMap((child) => [child, ...readDescendants(child)]);
}

/** The children of each thread of a process. */
function readTaskChildren(pid: number): number[] {
  try {
    return listNames(`/proc/${pid}/task`).flatMap((thread) => {
      const text = readText(`/proc/${pid}/task/${thread}/children`);
      return text.split(" ").filter(Boolean).map(Number);
    });
  } catch {
    return [];
  }
}

/** The value of a variable in the environment that a process was started with; null where that may not be read. */
export function readVariable(pid: number, name: string, read?: ReadText): string | undefined | null {
  try {
    const text = `\0${readText(`/proc/${pid}/environ`, read)}\0`;
    const before = `\0${name}=`;
    const at = text.indexOf(before);
    if (at < 0) return undefined;
    const start = at + before.length;
    return text.slice(start, text.indexOf("\0", start));
  } catch {
    return null;
  }
}

/** Whom a process runs as, or undefined when there is none of that pid. */
export function readOwner(pid: number): { readonly uid: number; readonly gid: number } | undefined {
  try {
    return statSync(`/proc/${pid}`);
  } catch {
    return undefined;
  }
}

/** Held back for a look: who has no descriptor left must still see what there is to end. */
let spare: number | undefined = openSync("/dev/null", "r");

function readText(path: string, read: ReadText = readByNode): string {
  return withSpare(() => read(path));
}

function readByNode(path: string): string {
  return readFileSync(path, "latin1");
}

function listNames(path: string): string[] {
  return withSpare(() => readdirSync(path));
}

function withSpare<T>(look: () => T): T {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EMFILE" || spare === undefined) throw error;
    closeSync(spare);
    spare = undefined;
    try {
      return look();
    } finally {
      spare = reopenSpare();
    }
  }
}

/** Undefined where another thread has taken it meanwhile. */
function reopenSpare(): number | undefined {
  try {
    return openSync("/dev/null", "r");
  } catch {
    return undefined;
  }
}

/** The name in parentheses may hold blanks and parentheses itself: the fields start after the last one (proc(5)). */
function parseStat(pid: number, text: string): ProcessInfo {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent, group] = fields;
  return {
    pid,
    state,
    parent: Number(parent),
    group: Number(group),
    startTime: fields[19] ?? "",
    residentBytes: Number(fields[21]) * pageSize,
  };
}

function readOwn(name: string): Buffer {
  try {
    return readFileSync(`/proc/self/${name}`);
  } catch {
    return Buffer.alloc(0);
  }
}

/**
 * The size of a page in bytes, out of what the kernel tells every process (getauxval(3)): pairs of 8 bytes, a type and its
 * value. 4 KiB where it does not tell.
 */
export function findPageSize(auxiliaryVector: Buffer): number {
  const AT_PAGESZ = 6n;
  for (let at = 0; at + 16 <= auxiliaryVector.length; at += 16) {
    if (auxiliaryVector.readBigUInt64LE(at) === AT_PAGESZ)
      return Number(auxiliaryVector.readBigUInt64LE(at + 8));
  }
  return 4_096;
}
