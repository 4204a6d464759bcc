import type { Reaper } from "./leftovers/reaper.ts";
import { readDescendants } from "./proc.ts";
import { sendSignal } from "./process-group.ts";

/** How long after a command what it left behind is looked for (ms): it may fork while it is being killed. */
const patience = 1_000;
/** Between two looks (ms). */
const pause = 20;

/** The commands that run beside the processes of tasks (checks, stop and reload commands, actions), and what they leave behind. */
export class Asides {
  private readonly live = new Map<string, number>();
  private count = 0;

  constructor(private readonly reaper: Reaper) {}

  /** A name that no other has: of the run of a command that is about to start. */
  newRun(): string {
    this.count += 1;
    return `aside:${this.count}`;
  }

  began(run: string, pid: number): void {
    this.live.set(run, pid);
  }

  /** Its process has ended: what it has left behind is killed. */
  ended(run: string): void {
    const group = this.live.get(run);
    if (group === undefined) return;
    this.live.delete(run);
    this.killLeft(run, group, performance.now() + patience);
  }

  /** Kills a command with all that it has started. */
  kill(run: string): void {
    const pid = this.live.get(run);
    if (pid === undefined) return;
    // Its parents live still: now is the time to see what has left the group.
    const descendants = readDescendants(pid);
    sendSignal(-pid, "SIGKILL");
    for (const descendant of descendants) sendSignal(descendant, "SIGKILL");
  }

  killAll(): void {
    for (const run of this.live.keys()) this.kill(run);
  }

  /** Ends all of them, and every other process that bears a mark of this longshored; gives up after a second. */
  async endAll(): Promise<void> {
    const deadline = performance.now() + patience;
    for (;;) {
      this.killAll();
      const left = this.reaper.listOrphans().marked;
      for (const pid of left) sendSignal(pid, "SIGKILL");
      if ((this.live.size === 0 && left.length === 0) || performance.now() > deadline) return;
      await new Promise((resolve) => setTimeout(resolve, pause));
      this.reaper.reap();
    }
  }

  private killLeft(run: string, group: number, deadline: number): void {
    const left = this.reaper.listOrphans().of(run);
    for (const pid of left) {
      for (const descendant of readDescendants(pid)) sendSignal(descendant, "SIGKILL");
      sendSignal(pid, "SIGKILL");
    }
    const isGroupLeft = sendSignal(-group, "SIGKILL");
    if ((left.length > 0 || isGroupLeft) && performance.now() < deadline)
      setTimeout(() => this.killLeft(run, group, deadline), pause);
  }
}
