import { CommanderError } from "commander";
import { formatError } from "../../shared/user-error.ts";
import { makePlain } from "../../shared/visible-text.ts";
import { printErr } from "../ui/terminal.ts";
import { noteOnVerbose, refuseFlagsOfNpm } from "./options/npm-flags.ts";
import { makeProgram } from "./program.ts";

/**
 * Runs the command that the arguments name. Errors are told on stderr: a user's without a stack trace, unless `--debug` asks
 * for it.
 *
 * @param args the arguments without the program's own name
 * @returns the exit code
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  let code = 0;
  try {
    const program = makeProgram((result) => {
      code = result;
    }, args);
    refuseFlagsOfNpm(program, args, process.env);
    const note = noteOnVerbose(args, process.env);
    if (note !== undefined) printErr(`${note}\n`);
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    printErr(`longshore: ${makePlain(formatError(error, args.includes("--debug")))}\n`);
    return 1;
  }
}
