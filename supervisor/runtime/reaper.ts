import type { Exit } from "../core/instance.ts";
import type { Native } from "./native.ts";
import { readChildren, readVariable } from "./proc.ts";

/** The variable that marks every process of a task, so that orphans can be told apart. */
export const markVariable = "LONGSHORE_RUN";

/** A process whose parent has ended, and which has become a child of this one. */
export interface Orphan {
  readonly pid: number;
  readonly mark: string | undefined;
}

/**
 * Collects children as they end: those that were spawned here, whose end it reports, and orphans, which become
 * children of PID 1 (or of a subreaper). Every child is started with posix_spawn, none by Node, so that waiting for
 * any child takes no exit code away from Node; where the native calls are missing, Node starts and collects its
 * own, and orphans stay.
 */
export class Reaper {
  private readonly own = new Map<number, (exit: Exit) => void>();
  /** the marks of orphans, until they are collected */
  private readonly marks = new Map<number, string>();

  constructor(private readonly native: Native | undefined) {}

  /** Begins to collect. */
  start(): void {
    if (this.native === undefined) return;
    if (process.pid !== 1) this.native.becomeSubreaper();
    process.on("SIGCHLD", () => this.reap());
    this.reap();
  }

  /** Names a child that was spawned here. */
  adopt(pid: number, onExit: (exit: Exit) => void): void {
    this.own.set(pid, onExit);
  }

  /** Forgets a child whose end Node has reported. */
  release(pid: number): void {
    this.own.delete(pid);
  }

  /** Collects every child that has ended. */
  reap(): void {
    if (this.native === undefined) return;
    for (let child = this.native.waitAny(); child !== undefined; child = this.native.waitAny()) {
      this.marks.delete(child.pid);
      const onExit = this.own.get(child.pid);
      this.own.delete(child.pid);
      onExit?.(child.exit);
    }
  }

  /** Whether what a task leaves behind becomes a child of this process. */
  get adoptsOrphans(): boolean {
    return this.native !== undefined;
  }

  /** The orphans, alive or not, with the run that each belongs to; undefined where its environment does not tell. */
  listOrphans(): Orphan[] {
    if (this.native === undefined) return [];
    const orphans = readChildren().filter((pid) => !this.own.has(pid));
    return orphans.map((pid) => ({ pid, mark: this.readMark(pid) }));
  }

  /** An orphan is looked at after every end of a task, and its mark never changes: it is read once. */
  private readMark(pid: number): string | undefined {
    const known = this.marks.get(pid) ?? readVariable(pid, markVariable);
    if (known !== undefined) this.marks.set(pid, known);
    return known;
  }
}
