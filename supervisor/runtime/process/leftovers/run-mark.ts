import { readlinkSync } from "node:fs";
import { resolve } from "node:path";
import { readProcess } from "../proc.ts";

/** The variable that marks every process of a task, so that what is left of one can be told apart. */
export const markVariable = "LONGSHORE_RUN";

/** What a mark says: `web#1:3@1234.5678@4026531841.4026531836:/run/longshore/control.sock`. */
export interface RunMark {
  /** the run: an instance and the number of its process, or a command beside it */
  readonly run: string;
  /** the longshored that started it: its pid and start time, which together name a process for good */
  readonly supervisor: { readonly pid: number; readonly startTime: string };
  /** where that one is controlled: the next longshored there is its successor */
  readonly place: string;
}

/** Marks the processes that this longshored starts. */
export class Marker {
  readonly place: string;
  private readonly suffix: string;

  /** @param socket its control socket: no two that run have the same */
  constructor(socket: string) {
    // A path says something within one mount namespace, and a pid within one pid namespace.
    this.place = `${namespace("mnt")}.${namespace("pid")}:${resolve(socket)}`;
    this.suffix = `@${process.pid}.${readProcess(process.pid)?.startTime ?? 0}@${this.place}`;
  }

  write(run: string): string {
    return `${run}${this.suffix}`;
  }

  /** The run that a mark names, where this longshored wrote it. */
  read(mark: string): string | undefined {
    return mark.endsWith(this.suffix) ? mark.slice(0, -this.suffix.length) : undefined;
  }
}

/** Undefined for what is no mark. */
export function parseMark(text: string): RunMark | undefined {
  const [, run, pid, startTime, place] = /^(.*?)@(\d+)\.(\d+)@(.*)$/s.exec(text) ?? [];
  if (run === undefined || startTime === undefined || place === undefined) return undefined;
  return { run, supervisor: { pid: Number(pid), startTime }, place };
}

function namespace(kind: "mnt" | "pid"): string {
  try {
    return readlinkSync(`/proc/self/ns/${kind}`).replaceAll(/\D/g, "");
  } catch {
    return "";
  }
}
