import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** The keyboard and the screen of a program that runs in a terminal of its own. */
export class Terminal {
  /** all that was ever shown */
  seen = "";
  /** resolves with its exit code */
  readonly ended: Promise<number | null>;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly child: ChildProcessWithoutNullStreams) {
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      this.seen += chunk;
      for (const listener of this.listeners) listener();
    });
    this.ended = new Promise((resolve) => child.on("close", resolve));
  }

  /** Types, and resolves with what is shown from then on up to the pattern. */
  type(keys: string, pattern: RegExp): Promise<string> {
    const from = this.seen.length;
    this.child.stdin.write(keys);
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(this.seen.slice(from))) return;
        this.listeners.delete(look);
        resolve(this.seen.slice(from));
      };
      this.listeners.add(look);
      void this.ended.then(() => reject(new Error(`it has ended before ${pattern}:\n${this.seen}`)));
      look();
    });
  }

  /** The terminal goes away, as when its window is closed. */
  hangUp(): void {
    this.child.kill("SIGKILL");
  }

  press(keys: string): void {
    this.child.stdin.write(keys);
  }
}
