import { formatError, UserError } from "./config/user-error.ts";
import { createDaemonProgram } from "./daemon-program.ts";
import { defaultPaths } from "./protocol/default-paths.ts";

const program = createDaemonProgram(defaultPaths(process.getuid?.() ?? 0, process.env));

program.parseAsync().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(formatError(error, process.env.LONGSHORE_DEBUG === "1"));
    process.exit(error instanceof UserError ? (error.options.exitCode ?? 1) : 70);
  },
);
