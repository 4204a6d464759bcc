import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { waitUntil } from "../hosts/wait.ts";
import type { Operator } from "./operator.ts";

const PROGRAM = new URL("../../dist/longshore.mjs", import.meta.url).pathname;

/** A `longshore` that is running, and what it has printed so far. */
export class StartedCommand {
  output = "";

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** Starts `longshore -i inventory.ini ARGS…` in the operator's checkout. */
  static start(operator: Operator, args: readonly string[]): StartedCommand {
    const env = { ...process.env, HOME: join(operator.directory, "home"), NO_COLOR: "1" };
    return new StartedCommand(
      spawn(process.execPath, [PROGRAM, "-i", "inventory.ini", ...args], { cwd: operator.directory, env }),
    );
  }

  /** Resolves when the output matches. */
  async shows(pattern: RegExp, timeout = 180_000): Promise<void> {
    await waitUntil(
      `the output matches ${pattern}`,
      () => {
        if (this.child.exitCode !== null && !pattern.test(this.output))
          throw new Error(`it ended with code ${this.child.exitCode}:\n${this.output}`);
        return pattern.test(this.output);
      },
      { timeout, interval: 20 },
    );
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Resolves with its exit code; undefined where a signal ended it. */
  async ends(): Promise<number | undefined> {
    if (!this.hasEnded) await once(this.child, "close");
    return this.child.exitCode ?? undefined;
  }
}
