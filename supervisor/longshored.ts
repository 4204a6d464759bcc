import { formatError, UserError } from "../shared/user-error.ts";
import { createDaemonProgram } from "./daemon-program.ts";
import { defaultPaths } from "./protocol/default-paths.ts";
import { startClean } from "./runtime/process/clean-start.ts";

async function run(): Promise<void> {
  await startClean(console.error);
  await createDaemonProgram(defaultPaths(process.getuid?.() ?? 0, process.env)).parseAsync();
}

run().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(formatError(error, process.env.LONGSHORE_DEBUG === "1"));
    process.exit(error instanceof UserError ? (error.options.exitCode ?? 1) : 70);
  },
);
