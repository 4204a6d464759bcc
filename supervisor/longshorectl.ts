import { Argument, type Command } from "commander";
import picocolors from "picocolors";
import pkg from "../package.json" with { type: "json" };
import { formatError, UserError } from "./config/user-error.ts";
import { ControlClient } from "./ctl/client.ts";
import type { CommandContext } from "./ctl/commands.ts";
import { createProgram } from "./ctl/program.ts";
import { wantsColors } from "./protocol/color-choice.ts";
import { defaultPaths } from "./protocol/default-paths.ts";

const { socket } = defaultPaths(process.getuid?.() ?? 0, process.env);

const program: Command = createProgram(async (command) => {
  process.exitCode = await command(context());
})
  .version(pkg.version)
  .option("--socket <path>", "the control socket of longshored (also LONGSHORE_SOCKET)", socket)
  .addHelpText(
    "after",
    `
Exit codes: 0 done; 1 refused, failed, not healthy or not understood; 69 longshored cannot be reached; of "run --wait" the job's own.`,
  );

program
  .command("shell")
  .description("an interactive prompt with the same commands")
  .action(async () => {
    const { runShell } = await import("./ctl/shell.ts");
    process.exitCode = await runShell(context());
  });

program
  .command("completion")
  .description("print the completion script of a shell")
  .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
  .action(async (shell: "bash" | "zsh" | "fish") => {
    const { completionScripts } = await import("./ctl/completion-scripts.ts");
    process.stdout.write(completionScripts[shell]);
  });

program
  .command("complete", { hidden: true })
  .argument("[word...]")
  .action(async (words: string[]) => {
    const { completeWords } = await import("./ctl/complete.ts");
    const candidates = await completeWords(program, context().client, words);
    process.stdout.write(candidates.map((candidate) => `${candidate}\n`).join(""));
  });

// Whoever reads (head, grep -q) has enough.
process.stdout.on("error", ({ code }: NodeJS.ErrnoException) => {
  if (code === "EPIPE") process.exit();
  console.error(`cannot write the output (${code})`);
  process.exit(1);
});

program.parseAsync().catch((error: unknown) => {
  console.error(formatError(error, process.env.LONGSHORE_DEBUG === "1"));
  process.exitCode = error instanceof UserError ? (error.options.exitCode ?? 1) : 70;
});

function context(): CommandContext {
  const client = new ControlClient(program.opts<{ socket: string }>().socket);
  const isTerminal = process.stdout.isTTY === true;
  const colors = picocolors.createColors(wantsColors(process.env, isTerminal));
  return { client, colors, isTerminal, print: (text) => void process.stdout.write(`${text}\n`) };
}
