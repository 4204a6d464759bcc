import { dirname } from "node:path";
import { isatty } from "node:tty";
import picocolors from "picocolors";
import { wantsColors } from "../shared/color-choice.ts";
import { isFile, printText } from "../shared/io/print-text.ts";
import { formatError, UserError } from "../shared/user-error.ts";
import { ControlClient } from "./ctl/client.ts";
import { createClientProgram } from "./ctl/client-program.ts";
import type { CommandContext } from "./ctl/commands.ts";
import { defaultPaths } from "./protocol/default-paths.ts";
import { startClean } from "./runtime/process/clean-start.ts";
import { isOwnDefault, requireOwnFolder } from "./runtime/socket-folder.ts";

const paths = defaultPaths(process.getuid?.() ?? 0, process.env);
const program = createClientProgram(paths, async (command) => {
  process.exitCode = await command(context());
});

/** A reader that is slow stops nothing; a file gets all of it, or the command fails. */
const print = isFile() ? printText : (text: string): void => void process.stdout.write(text);

// Whoever reads (head, grep -q) has enough.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit();
  console.error(`cannot write the output (${code})`);
  process.exit(1);
});

run().catch((error: unknown) => {
  console.error(formatError(error, process.env.LONGSHORE_DEBUG === "1"));
  process.exitCode = error instanceof UserError ? (error.options.exitCode ?? 1) : 70;
});

async function run(): Promise<void> {
  await startClean(console.error);
  await (wantsShell() ? openShell() : program.parseAsync());
}

/** Without a command, a terminal gets the prompt, as supervisorctl does it; elsewhere that is a mistake, and the help says so. */
function wantsShell(): boolean {
  // To ask Node's own streams would make them first, which takes longer than all the rest of a short command.
  if (!isatty(0) || !isatty(1)) return false;
  const { operands, unknown } = program.parseOptions(process.argv.slice(2));
  return operands.length === 0 && unknown.length === 0;
}

async function openShell(): Promise<void> {
  const { runShell } = await import("./ctl/shell.ts");
  process.exitCode = await runShell(context());
}

function context(): CommandContext {
  const { socket } = program.opts<{ socket: string }>();
  if (isOwnDefault(socket)) requireOwnFolder(dirname(socket));
  const client = new ControlClient(socket);
  const isTerminal = process.stdout.isTTY === true;
  const colors = picocolors.createColors(wantsColors(process.env, isTerminal));
  return { client, colors, isTerminal, print: (text) => print(`${text}\n`) };
}
