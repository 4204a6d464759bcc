import { CommanderError } from "commander";
import { formatError } from "../supervisor/config/user-error.ts";
import { makeProgram } from "./cli/program.ts";

try {
  let code = 0;
  await makeProgram((result) => {
    code = result;
  }).parseAsync();
  process.exitCode = code;
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode;
  } else {
    process.stderr.write(`longshore: ${formatError(error, process.argv.includes("--debug"))}\n`);
    process.exitCode = 1;
  }
}
