import { Argument, type Command } from "commander";
import pkg from "../../package.json" with { type: "json" };
import { printText } from "../../shared/io/print-text.ts";
import type { DefaultPaths } from "../protocol/default-paths.ts";
import { createProgram, type RunCommand } from "./program.ts";

/** The command line of longshorectl: its commands, and what only makes sense outside of its own prompt. */
export function createClientProgram({ socket }: Pick<DefaultPaths, "socket">, run: RunCommand): Command {
  const program = createProgram(run)
    .version(pkg.version)
    .option("--socket <path>", "the control socket of longshored (also LONGSHORE_SOCKET)", socket)
    .addHelpText(
      "after",
      `
Exit codes: 0 done; 1 refused, failed, not healthy or not understood; 3 "status NAME" of what does not run; 69 longshored cannot be reached; of "run --wait" the job's own.`,
    );

  program
    .command("shell")
    .description("an interactive prompt with the same commands; also without a command, on a terminal")
    .action(() =>
      run(async (context) => {
        const { runShell } = await import("./shell.ts");
        return runShell(context);
      }),
    );

  program
    .command("completion")
    .description("print the completion script of a shell")
    .addArgument(new Argument("<shell>").choices(["bash", "zsh", "fish"]))
    .action(async (shell: "bash" | "zsh" | "fish") => {
      const { completionScripts } = await import("./completion-scripts.ts");
      printText(completionScripts[shell]);
    });

  program
    .command("complete", { hidden: true })
    .argument("[word...]")
    .action((words: string[]) =>
      run(async ({ client }) => {
        const { completeWords } = await import("./complete.ts");
        const candidates = await completeWords(program, client, words);
        printText(candidates.map((candidate) => `${candidate}\n`).join(""));
        return 0;
      }),
    );
  return program;
}
