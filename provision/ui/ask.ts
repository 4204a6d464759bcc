import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { UserError } from "../../shared/user-error.ts";
import type { Ask } from "../connection/questions.ts";
import { printErr } from "./terminal.ts";

/** Asks at the terminal without showing the answer; undefined where stdin or stderr is none. Ctrl-C ends the command. */
export function terminalAsk(): Ask | undefined {
  return isInteractive() ? (question) => askHidden(question) : undefined;
}

/** A person can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

async function askHidden(question: string): Promise<string | undefined> {
  printErr(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await askLine(nowhere);
  process.stderr.write("\n");
  return answer;
}

/** A line that is shown as it is typed. Undefined at the end of the input. */
export async function askVisibly(question: string): Promise<string | undefined> {
  printErr(question);
  return askLine(process.stderr);
}

function askLine(echo: Writable): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: echo, terminal: true, historySize: 0 });
  return new Promise<string | undefined>((resolve, reject) => {
    lines.once("line", resolve);
    lines.once("close", () => resolve(undefined));
    lines.once("SIGINT", () => {
      process.stderr.write("\n");
      reject(new UserError("interrupted", "stopped at a question", { exitCode: 130 }));
    });
  }).finally(() => lines.close());
}
