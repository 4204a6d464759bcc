import { appendFileSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CommanderError } from "commander";
import { formatError, UserError } from "../../shared/user-error.ts";
import { splitWords } from "../config/task/split-words.ts";
import { clearPrompt, showAbovePrompt } from "./above-prompt.ts";
import type { CommandContext } from "./commands.ts";
import { completeWords } from "./complete.ts";
import { createProgram } from "./program.ts";

const historyFile = join(homedir(), ".longshorectl_history");

/** Where a prompt does not have the terminal to itself. */
export interface ShellSurroundings {
  /** ends the shell, whatever it does */
  readonly end?: AbortSignal;
  /** what its end means, for the help */
  readonly farewell?: string;
  /** is given what shows whole lines above the prompt */
  readonly onOpen?: (show: (text: string) => void) => void;
}

/**
 * An interactive prompt: the commands of the client, with history and completion. Ctrl-C ends the command that runs, or
 * empties the line; `exit`, `quit` or Ctrl-D ends the shell.
 */
export async function runShell(context: CommandContext, around: ShellSurroundings = {}): Promise<number> {
  let running: AbortController | undefined;
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: "longshore> ",
    history: readHistory(),
    completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
      const words = line.split(/\s+/);
      void completeWords(programOf(context, around), context.client, words).then((found) =>
        done(null, [found, words.at(-1) ?? ""]),
      );
    },
  });
  terminal.on("SIGINT", () => {
    if (running !== undefined) {
      running.abort();
      return;
    }
    for (const name of ["e", "u"]) terminal.write(null, { ctrl: true, name });
    terminal.prompt();
  });
  let isOpen = true;
  terminal.on("close", () => {
    isOpen = false;
    // Lines that come through a pipe are at their end before their commands are.
    if (terminal.terminal) running?.abort();
  });
  // A terminal that has gone away is an end like Ctrl-D; closing the prompt fails there once more.
  terminal.on("error", () => setImmediate(() => terminal.close()));
  around.end?.addEventListener("abort", () => {
    if (isOpen && running === undefined) clearPrompt(terminal, process.stdout);
    running?.abort();
    terminal.close();
  });
  around.onOpen?.((text) => {
    if (isOpen && running === undefined) showAbovePrompt(terminal, process.stdout, text);
    else process.stdout.write(text);
  });
  // A prompt that is suspended would hold up whoever is shown above it.
  if (around.onOpen !== undefined) terminal.on("SIGTSTP", () => {});
  terminal.prompt();
  let wantsToLeave = false;
  try {
    for await (const line of terminal) {
      const words = splitWords(line);
      wantsToLeave = words?.[0] === "exit" || words?.[0] === "quit";
      if (wantsToLeave) break;
      if (words === undefined) context.print(`cannot read ${JSON.stringify(line)}: a quote is not closed`);
      else if (words.length > 0) {
        remember(line);
        running = new AbortController();
        await runLine({ ...context, client: context.client.until(running.signal) }, around, words);
        running = undefined;
      }
      if (isOpen) terminal.prompt();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
  }
  terminal.close();
  // After Ctrl-D the cursor stands behind the prompt.
  if (context.isTerminal && !wantsToLeave && !around.end?.aborted) context.print("");
  return 0;
}

async function runLine(
  context: CommandContext,
  around: ShellSurroundings,
  words: readonly string[],
): Promise<void> {
  try {
    await programOf(context, around).parseAsync(words, { from: "user" });
  } catch (error) {
    // commander has printed its own message
    if (error instanceof CommanderError) return;
    context.print(error instanceof UserError && error.code === "interrupted" ? "" : formatError(error));
  }
}

/** A command line leaves its options in commander's objects: each line gets fresh ones. */
function programOf(context: CommandContext, { farewell = "exit, quit or Ctrl-D leaves" }: ShellSurroundings) {
  const program = createProgram(async (command) => {
    await command(context);
  });
  program.name("longshore>").usage("COMMAND").exitOverride();
  program.addHelpText("after", `\nCtrl-C ends a command that follows or waits; ${farewell}.`);
  for (const command of program.commands) command.exitOverride();
  return program;
}

function readHistory(): string[] {
  try {
    return readFileSync(historyFile, "utf8").split("\n").filter(Boolean).reverse().slice(0, 500);
  } catch {
    return [];
  }
}

/** A history that cannot be written is none. */
function remember(line: string): void {
  try {
    appendFileSync(historyFile, `${line}\n`, { mode: 0o600 });
  } catch {
    // the home folder may be read-only
  }
}
