import type { Exit } from "../core/instance.ts";
import type { Native } from "./native.ts";
import { readChildren, readVariable } from "./proc.ts";

/** The variable that marks every process of a task, so that orphans can be told apart. */
export const markVariable = "LONGSHORE_RUN";

/**
 * Collects children as they end: those that were spawned here, whose end it reports, and orphans, which become
 * children of PID 1 (or of a subreaper). Every child is started with posix_spawn, none by Node, so that waiting for
 * any child takes no exit code away from Node; where the native calls are missing, Node starts and collects its
 * own, and orphans stay.
 */
export class Reaper {
  private readonly own = new Map<number, (exit: Exit) => void>();

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
      const onExit = this.own.get(child.pid);
      this.own.delete(child.pid);
      onExit?.(child.exit);
    }
  }

  /** The orphans that a run of a task left behind. */
  listOrphansOf(mark: string): number[] {
    return this.listOrphans().filter((pid) => readVariable(pid, markVariable) === mark);
  }

  /** Whether children are there that were not spawned here: cheap to ask after every end. */
  hasOrphans(): boolean {
    return this.listOrphans().length > 0;
  }

  private listOrphans(): number[] {
    return this.native === undefined ? [] : readChildren().filter((pid) => !this.own.has(pid));
  }
}
