import { closeSync, openSync, readSync } from "node:fs";

/** One line of a stamps file: see native/workload.c and native/stopwatch.c. */
export interface Stamp {
  readonly kind: string;
  readonly name: string;
  readonly pid: number;
  /** milliseconds of CLOCK_MONOTONIC, which `performance` and `process.hrtime` count as well */
  readonly at: number;
}

/** Reads a growing stamps file. */
export class Stamps {
  private readonly known: Stamp[] = [];
  private offset = 0;
  private rest = "";

  constructor(readonly file: string) {}

  /** All stamps so far, of one kind if it is given. */
  read(kind?: string): readonly Stamp[] {
    this.readOn();
    return kind === undefined ? this.known : this.known.filter((stamp) => stamp.kind === kind);
  }

  /** The newest process of each child, by the child's name. */
  newestPids(): Map<string, number> {
    return new Map(this.read("S").map(({ name, pid }) => [name, pid]));
  }

  private readOn(): void {
    const buffer = Buffer.alloc(65_536);
    const fd = openIfThere(this.file);
    if (fd === undefined) return;
    for (;;) {
      const length = readSync(fd, buffer, 0, buffer.length, this.offset);
      if (length === 0) break;
      this.offset += length;
      const lines = (this.rest + buffer.toString("latin1", 0, length)).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) this.known.push(parseStamp(line));
    }
    closeSync(fd);
  }
}

/** The present time on the clock of the stamps (ms). */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, "r");
  } catch {
    return undefined;
  }
}

function parseStamp(line: string): Stamp {
  const [kind = "", name = "", pid, nanoseconds] = line.split(" ");
  return { kind, name, pid: Number(pid), at: Number(nanoseconds) / 1e6 };
}
