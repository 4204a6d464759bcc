import { runProgram } from "./cli/run-program.ts";
import { SIGNAL_EXIT_CODES } from "./fleet/interrupt.ts";
import { printErr, watchOutput } from "./ui/terminal.ts";

const troubleOf = watchOutput();
const code = await runProgram(process.argv.slice(2));
process.exitCode = code;
process.once("beforeExit", () => {
  const trouble = troubleOf();
  if (trouble === undefined) return;
  printErr(`longshore: ${trouble}\n`);
  process.exitCode = code || 1;
});
// What was left at once (a second Ctrl-C) may still hold this process: a command on this machine, a connection's timer.
if (Object.values<number>(SIGNAL_EXIT_CODES).includes(code)) process.exit();
