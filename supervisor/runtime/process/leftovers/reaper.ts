import type { Exit } from "../../../core/instance.ts";
import type { Native } from "../native.ts";
import { readChildren, readOwner, readVariable } from "../proc.ts";
import { Orphans } from "./orphans.ts";
import { type Marker, markVariable } from "./run-mark.ts";

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
  /** as they were seen last, while that holds */
  private seen: Orphans | undefined;

  constructor(
    private readonly native: Native | undefined,
    readonly marker: Marker,
  ) {}

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

  /** Collects every child that has ended, and only then reports the ends: nobody is to look at what is collected next. */
  reap(): void {
    const reports: (() => void)[] = [];
    for (let child = this.native?.waitAny(); child !== undefined; child = this.native?.waitAny()) {
      const { pid, exit } = child;
      const onExit = this.own.get(pid);
      // Now, since the pid may be another process's before the reports are made.
      this.own.delete(pid);
      this.marks.delete(pid);
      this.seen = undefined;
      if (onExit !== undefined) reports.push(() => onExit(exit));
    }
    for (const report of reports) report();
  }

  /** Whether what a task leaves behind becomes a child of this process. */
  get adoptsOrphans(): boolean {
    return this.native !== undefined;
  }

  /** The orphans, alive or not, with the run that each belongs to. */
  listOrphans(): Orphans {
    if (this.seen?.isFresh) return this.seen;
    const list = (): number[] =>
      this.adoptsOrphans ? readChildren().filter((pid) => !this.own.has(pid)) : [];
    this.seen = new Orphans(list, (pid) => this.readMark(pid));
    return this.seen;
  }

  /** An orphan is looked at after every end of a task, and its mark never changes: it is read once. */
  private readMark(pid: number): string | undefined {
    const known = this.marks.get(pid) ?? this.marker.read(this.readForeignMark(pid) ?? "");
    if (known !== undefined) this.marks.set(pid, known);
    return known;
  }

  /** The mark of a process, whichever longshored wrote it. */
  readForeignMark(pid: number): string | undefined {
    const mark = readVariable(pid, markVariable, this.native?.readText);
    return mark === null ? this.readMarkAsOwner(pid) : mark;
  }

  /** Without CAP_SYS_PTRACE, which Docker does not give, root may not read the environment of others, but they may. */
  private readMarkAsOwner(pid: number): string | undefined {
    const { native } = this;
    const owner = native !== undefined && process.getuid?.() === 0 ? readOwner(pid) : undefined;
    if (native === undefined || owner === undefined || owner.uid === 0) return undefined;
    const { readText, withFileRights } = native;
    return withFileRights(owner, () => readVariable(pid, markVariable, readText)) ?? undefined;
  }
}
