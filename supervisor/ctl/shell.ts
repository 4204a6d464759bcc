import { appendFileSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CommanderError } from "commander";
import { splitWords } from "../config/split-words.ts";
import { formatError, UserError } from "../config/user-error.ts";
import type { CommandContext } from "./commands.ts";
import { completeWords } from "./complete.ts";
import { createProgram } from "./program.ts";

const historyFile = join(homedir(), ".longshorectl_history");

/**
 * An interactive prompt: the commands of the client, with history and completion. Ctrl-C ends the command that runs, or
 * empties the line; `exit` or Ctrl-D ends the shell.
 */
export async function runShell(context: CommandContext): Promise<number> {
  let running: AbortController | undefined;
  const terminal = createInterface({
    input: process.stdin,
    output: process.stdout,
    prompt: "longshore> ",
    history: readHistory(),
    completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
      const words = line.split(/\s+/);
      void completeWords(programOf(context), context.client, words).then((found) =>
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
  terminal.prompt();
  let wantsToLeave = false;
  for await (const line of terminal) {
    const words = splitWords(line);
    wantsToLeave = words?.[0] === "exit" || words?.[0] === "quit";
    if (wantsToLeave) break;
    if (words === undefined) context.print(`cannot read ${JSON.stringify(line)}: a quote is not closed`);
    else if (words.length > 0) {
      remember(line);
      running = new AbortController();
      await runLine({ ...context, client: context.client.until(running.signal) }, words);
      running = undefined;
    }
    terminal.prompt();
  }
  terminal.close();
  // After Ctrl-D the cursor stands behind the prompt.
  if (context.isTerminal && !wantsToLeave) context.print("");
  return 0;
}

async function runLine(context: CommandContext, words: readonly string[]): Promise<void> {
  try {
    await programOf(context).parseAsync(words, { from: "user" });
  } catch (error) {
    // commander has printed its own message
    if (error instanceof CommanderError) return;
    context.print(error instanceof UserError && error.code === "interrupted" ? "" : formatError(error));
  }
}

/** A command line leaves its options in commander's objects: each line gets fresh ones. */
function programOf(context: CommandContext) {
  const program = createProgram(async (command) => {
    await command(context);
  });
  program.name("longshore>").usage("COMMAND").exitOverride();
  program.addHelpText("after", "\nCtrl-C ends a command that follows or waits; exit or Ctrl-D leaves.");
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
