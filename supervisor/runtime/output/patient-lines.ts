import { WholeLines } from "./whole-lines.ts";

/** How long a line may take to end (ms); what has come by then is given as it is: a prompt, dots of progress. */
const patience = 1_000;

/** Gives whole lines, and of one that takes too long what there is of it. */
export class PatientLines {
  private readonly lines = new WholeLines();
  private timer: NodeJS.Timeout | undefined;
  /** when the line began that has not ended (ms of the monotonic clock) */
  private began = 0;

  constructor(private readonly give: (blocks: readonly Buffer[]) => void) {}

  push(chunk: Buffer): void {
    const hadPartial = this.lines.hasPartial;
    const blocks = this.lines.push(chunk);
    this.give(blocks);
    if (!this.lines.hasPartial) return;
    if (!hadPartial || blocks.length > 0) this.began = performance.now();
    // One timer at a time: a flood that ends in the middle of a line each time needs no new one.
    this.timer ??= setTimeout(() => this.look(), patience);
  }

  end(): void {
    clearTimeout(this.timer);
    this.give(this.lines.end());
  }

  private look(): void {
    this.timer = undefined;
    if (!this.lines.hasPartial) return;
    const rest = this.began + patience - performance.now();
    if (rest > 0) this.timer = setTimeout(() => this.look(), rest);
    else this.give(this.lines.cut());
  }
}
