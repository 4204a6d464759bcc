import { appendFileSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CommanderError } from "commander";
import { splitWords } from "../config/split-words.ts";
import { formatError } from "../config/user-error.ts";
import type { CommandContext } from "./commands.ts";
import { completeWords } from "./complete.ts";
import { createProgram } from "./program.ts";

const historyFile = join(homedir(), ".longshorectl_history");

/** An interactive prompt: the commands of the client, with history and completion; `exit` or Ctrl-D ends it. */
export async function runShell(context: CommandContext): Promise<number> {
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
  terminal.prompt();
  for await (const line of terminal) {
    const words = splitWords(line) ?? [];
    if (words[0] === "exit" || words[0] === "quit") break;
    if (words.length > 0) {
      remember(line);
      await runLine(context, words);
    }
    terminal.prompt();
  }
  terminal.close();
  return 0;
}

async function runLine(context: CommandContext, words: readonly string[]): Promise<void> {
  try {
    await programOf(context).parseAsync(words, { from: "user" });
  } catch (error) {
    // commander has printed its own message
    if (!(error instanceof CommanderError)) context.print(formatError(error));
  }
}

/** A command line leaves its options in commander's objects: each line gets fresh ones. */
function programOf(context: CommandContext) {
  const program = createProgram(async (command) => {
    await command(context);
  });
  program.name("").usage("COMMAND").exitOverride();
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
