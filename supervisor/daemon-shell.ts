import { isUtf8 } from "node:buffer";
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { isatty } from "node:tty";
import picocolors from "picocolors";
import { wantsColors } from "../shared/color-choice.ts";
import { UserError } from "../shared/user-error.ts";
import { makeVisible } from "../shared/visible-text.ts";
import { signalNames, signalNumber } from "./config/task/signal-name.ts";
import { ControlClient } from "./ctl/client.ts";
import { runShell } from "./ctl/shell.ts";
import { hearRealtime } from "./daemon/hear-realtime.ts";
import { halt, strays } from "./daemon/signals.ts";
import type { SupervisorStatus } from "./protocol/status.ts";

type Daemon = ChildProcessByStdio<null, Readable, Readable>;

/** How often a longshored that starts is asked whether it serves (ms). */
const askEvery = 50;
/** How long the output of one that has ended is read on (ms). */
const lastLines = 1_000;
/** What a shell adds to the number of the signal that ended a program. */
const signalBase = 128;

/**
 * Runs longshored and a prompt for it on this terminal: Taskmaster's habit. Its lines stand above the prompt. It is a
 * process of its own, in a session of its own, so that a terminal that hangs holds up nothing but its output, and Ctrl-C
 * at the prompt does not reach it. The end of the prompt ends it.
 * @param args the arguments of longshored
 * @param socket the path of its control socket
 * @returns its exit code
 * @throws UserError without a terminal
 */
export async function runWithShell(args: readonly string[], socket: string): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    const hint = "start longshored without --shell, and steer it with longshorectl";
    throw new UserError("shell", "--shell needs a terminal", { hint });
  }
  let show = (text: string): void => void process.stdout.write(text);
  if (!isUtf8(readFileSync("/proc/self/environ")))
    show("a variable of the environment is not UTF-8: with --shell it reaches the tasks changed\n");
  const argv = [...process.execArgv, process.argv[1] ?? "", ...args];
  const daemon = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const over = new AbortController();
  const ended = exitCodeOf(daemon).finally(() => over.abort());
  // Looked at when the prompt has ended, too.
  ended.catch(() => {});
  const served = passSignalsOn(daemon);
  for (const stream of [daemon.stdout, daemon.stderr]) readLines(stream, (lines) => show(lines));
  // The terminal may go away at any moment; the prompt ends with it.
  process.stdout.on("error", () => over.abort());
  const client = new ControlClient(socket);
  if (await serves(client, daemon, over.signal)) {
    served();
    const colors = picocolors.createColors(wantsColors(process.env, true));
    const print = (text: string): void => void process.stdout.write(`${text}\n`);
    await runShell(
      { client, colors, isTerminal: true, print },
      {
        end: over.signal,
        farewell: "exit, quit or Ctrl-D stops every task and ends longshored",
        onOpen: (showAbove) => {
          show = showAbove;
        },
      },
    );
    if (daemon.exitCode === null && daemon.signalCode === null) daemon.kill("SIGTERM");
  }
  const exitCode = await ended;
  if (!isatty(0)) hangUp();
  return exitCode;
}

/** Ends as a program does whose terminal has gone away: Node, which cannot put the terminal back, would abort. */
function hangUp(): void {
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}

/** Resolves when it serves; false when it has ended before. Another longshored may answer there until it has. */
async function serves(client: ControlClient, { pid }: Daemon, over: AbortSignal): Promise<boolean> {
  while (!over.aborted) {
    const status = await client.call<SupervisorStatus>("GET", "/v1/tasks").catch(() => undefined);
    if (status?.pid === pid) return true;
    await sleep(askEvery);
  }
  return false;
}

/**
 * What a terminal or a service manager says to this process is meant for longshored, and ends neither of them where it would
 * not end longshored alone. One that begins does not hear signals yet: only those that ask for the end reach it.
 * @returns to be called when it serves
 */
function passSignalsOn(daemon: Daemon): () => void {
  let isServed = false;
  let wantsReload = false;
  const end = (): void => void daemon.kill("SIGTERM");
  const pass = (signal: NodeJS.Signals): void => {
    if (isServed) daemon.kill(signal);
    else if (signal === "SIGHUP") wantsReload = true;
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const)
    process.on(signal, () => daemon.kill(signal));
  for (const signal of ["SIGHUP", ...strays] as const) process.on(signal, () => pass(signal));
  process.on("SIGPWR", () => (process.pid === 1 ? end() : pass("SIGPWR")));
  for (const signal of signalNames) {
    if (!signal.startsWith("SIGRT")) continue;
    const meansHalt = process.pid === 1 && signal === halt;
    hearRealtime(signalNumber(signal), meansHalt ? end : () => {});
  }
  return () => {
    isServed = true;
    if (wantsReload) daemon.kill("SIGHUP");
  };
}

async function exitCodeOf(daemon: Daemon): Promise<number> {
  const isRead = new Promise((resolve) => daemon.once("close", resolve));
  const exitCode = await new Promise<number>((resolve, reject) => {
    daemon.once("error", reject);
    daemon.once("exit", (code, signal) =>
      resolve(signal === null ? (code ?? 1) : signalBase + signalNumber(signal)),
    );
  });
  await Promise.race([isRead, sleep(lastLines, undefined, { ref: false })]);
  return exitCode;
}

/** Calls back with whole lines, as a terminal may show them. */
function readLines(stream: Readable, take: (lines: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (lines.length > 0) take(lines.map((line) => `${makeVisible(line)}\n`).join(""));
  });
}
