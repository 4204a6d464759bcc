import { Command } from "commander";
import picocolors from "picocolors";
import pkg from "../package.json" with { type: "json" };
import { formatError, UserError } from "./config/user-error.ts";
import { ControlClient } from "./ctl/client.ts";
import * as commands from "./ctl/commands.ts";
import { defaultPaths } from "./protocol/default-paths.ts";

const { socket } = defaultPaths(process.getuid?.() ?? 0, process.env);
const program = new Command("longshorectl")
  .description("Looks at and steers a running longshored.")
  .version(pkg.version)
  .option("--socket <path>", "the control socket of longshored", socket);

/** Runs a command of the client and makes its result the exit code. */
function run(command: (context: commands.CommandContext) => Promise<number>): Promise<void> {
  const client = new ControlClient(program.opts<{ socket: string }>().socket);
  const print = (text: string): void => void process.stdout.write(`${text}\n`);
  return command({ client, colors: picocolors, print }).then((code) => {
    process.exitCode = code;
  });
}

program
  .command("status")
  .description("show the state of tasks")
  .argument("[name...]", "tasks, instances or wildcards; all by default")
  .option("--json", "print JSON")
  .action((names: string[], options) => run((context) => commands.showStatus(context, names, options)));

for (const action of ["start", "stop", "restart"] as const) {
  program
    .command(action)
    .description(`${action} tasks, and wait until that is done`)
    .argument("<name...>", "tasks, instances, wildcards, or all")
    .option("--no-wait", "return at once")
    .action((names: string[], options) => run((context) => commands.act(context, action, names, options)));
}

program
  .command("signal")
  .description("send a signal to the main process of a task")
  .argument("<name>", "task, instance or wildcard")
  .argument("<signal>", "by name or number")
  .action((name: string, signal: string) => run((context) => commands.sendSignal(context, [name], signal)));

program
  .command("run")
  .description("run a job now")
  .argument("<job>")
  .option("--wait", "wait for its end, and exit with its exit code")
  .action((job: string, options) => run((context) => commands.runJob(context, job, options)));

program
  .command("logs")
  .description("show the last lines that tasks wrote")
  .argument("[name...]", "tasks, instances or wildcards; all by default")
  .option("-f, --follow", "go on with further lines")
  .option("-n, --lines <count>", "how many lines of each", "100")
  .action((names: string[], options) => run((context) => commands.showLogs(context, names, options)));

program
  .command("reload")
  .description("read tasks.yaml again and apply what differs")
  .action(() => run(commands.reload));

program
  .command("health")
  .description("exit with 0 only if all is well")
  .action(() => run(commands.checkHealth));

program
  .command("shutdown")
  .description("stop every task and end longshored")
  .action(() => run(commands.shutDown));

program.parseAsync().catch((error: unknown) => {
  console.error(formatError(error, process.env.LONGSHORE_DEBUG === "1"));
  process.exitCode = error instanceof UserError ? (error.options.exitCode ?? 1) : 70;
});
