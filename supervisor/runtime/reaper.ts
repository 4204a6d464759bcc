import type { Native } from "./native.ts";
import { readChildren, readVariable } from "./proc.ts";

/** The variable that marks every process of a task, so that orphans can be told apart. */
export const markVariable = "LONGSHORE_RUN";

/**
 * Collects orphans, which become children of PID 1 (or of a subreaper) and which Node never waits for.
 * Children that were spawned here are left to Node: collecting one would take its exit code away.
 */
export class Reaper {
  private readonly own = new Set<number>();
  private scheduled = false;

  constructor(private readonly native: Native | undefined) {}

  /** Begins to collect orphans as they end. */
  start(): void {
    if (this.native === undefined) return;
    if (process.pid !== 1) this.native.becomeSubreaper();
    process.on("SIGCHLD", () => this.reapSoon());
    this.reap();
  }

  /** Names a child that Node itself waits for. */
  adopt(pid: number): void {
    this.own.add(pid);
  }

  /** Forgets a child whose end Node has reported. */
  release(pid: number): void {
    this.own.delete(pid);
  }

  /** Collects every orphan that has ended. */
  reap(): void {
    if (this.native === undefined) return;
    for (const pid of this.listOrphans()) this.native.reap(pid);
  }

  /** Whether children are there that were not spawned here: cheap to ask after every end. */
  mayHaveOrphans(): boolean {
    return this.native !== undefined && this.listOrphans().length > 0;
  }

  /** The orphans, alive or not, that a run of a task left behind. */
  listOrphansOf(mark: string): number[] {
    if (this.native === undefined) return [];
    return this.listOrphans().filter((pid) => readVariable(pid, markVariable) === mark);
  }

  private listOrphans(): number[] {
    return readChildren().filter((pid) => !this.own.has(pid));
  }

  /** Many children that end together are one look at the list. */
  private reapSoon(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.reap();
    });
  }
}
