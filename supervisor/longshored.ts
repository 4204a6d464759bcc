import { Command } from "commander";
import pkg from "../package.json" with { type: "json" };
import { formatError, UserError } from "./config/user-error.ts";
import { runSupervisor } from "./daemon.ts";
import { defaultPaths } from "./protocol/default-paths.ts";

const paths = defaultPaths(process.getuid?.() ?? 0, process.env);

const program = new Command("longshored")
  .description(
    "Runs the services and scheduled jobs of a tasks.yaml, as PID 1 of a container or anywhere else.",
  )
  .version(pkg.version)
  .argument("[file]", "the tasks to run", "/etc/longshore/tasks.yaml")
  .option("--socket <path>", "where the control socket is made", paths.socket)
  .option("--state-dir <dir>", "what must survive a restart is kept here", paths.stateDir)
  .action(async (file: string, options: { socket: string; stateDir: string }) => {
    process.exitCode = await runSupervisor({ file, socket: options.socket, version: pkg.version });
  });

program.parseAsync().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(formatError(error, process.env.LONGSHORE_DEBUG === "1"));
    process.exit(error instanceof UserError ? (error.options.exitCode ?? 1) : 70);
  },
);
