import { Command } from "commander";
import { addExamples, clearHelp } from "../../shared/clear-help.ts";
import * as commands from "./commands.ts";
import { clientExamples } from "./examples.ts";
import * as jobCommands from "./job-commands.ts";

/** Runs a command of the client with what it works with, and takes its exit code. */
export type RunCommand = (command: (context: commands.CommandContext) => Promise<number>) => Promise<void>;

/** The commands of the client, for the command line and for the shell alike. */
export function createProgram(run: RunCommand): Command {
  const program = new Command("longshorectl")
    .description("Looks at and steers a running longshored.")
    .configureHelp(clearHelp([]));
  const names = "tasks, instances, groups, wildcards, or all";

  program
    .command("status")
    .description("show the state of tasks")
    .argument("[name...]", `${names}; all by default`)
    .option("--json", "print a JSON array of the instances")
    .option("-w, --watch", "show it again after every change")
    .action((tasks: string[], options) =>
      run((context) =>
        options.watch
          ? commands.watchStatus(context, tasks, options)
          : commands.showStatus(context, tasks, options),
      ),
    );

  for (const action of ["start", "stop"] as const) {
    program
      .command(action)
      .description(`${action} tasks, and wait until that is done`)
      .argument("<name...>", names)
      .option("--no-wait", "return at once")
      .action((tasks: string[], options) => run((context) => commands.act(context, action, tasks, options)));
  }

  program
    .command("restart")
    .description("stop and start tasks, and wait until that is done")
    .argument("<name...>", names)
    .option("--no-wait", "return at once")
    .option("--rolling", "one instance after the other, each when the one before is healthy")
    .action((tasks: string[], options) => run((context) => commands.act(context, "restart", tasks, options)));

  program
    .command("signal")
    .description("send a signal to the main processes of tasks")
    .argument("<name>", names)
    .argument("<signal>", "by name or number")
    .action((task: string, signal: string) => run((context) => commands.sendSignal(context, [task], signal)));

  program
    .command("run")
    .description("run a job now")
    .argument("<job>")
    .option("--wait", "wait for its end, and exit with its exit code")
    .action((job: string, options) => run((context) => jobCommands.runJob(context, job, options)));

  program
    .command("cancel")
    .description("end the present run of a job, which runs again at its next time")
    .argument("<job>")
    .option("--no-wait", "return at once")
    .action((job: string, options) => run((context) => jobCommands.cancelJob(context, job, options)));

  program
    .command("jobs")
    .description("show every job: its schedule, its last run, its next")
    .option("--json", "print JSON")
    .action((options) => run((context) => jobCommands.showJobs(context, options)));

  program
    .command("history")
    .description("show the last runs of a job")
    .argument("<job>")
    .option("-n, --lines <count>", "how many", "20")
    .option("--json", "print JSON")
    .action((job: string, options) => run((context) => jobCommands.showHistory(context, job, options)));

  program
    .command("next")
    .description("show when a job, or every job, runs next")
    .argument("[job]")
    .option("-n, --lines <count>", "how many times of each", "5")
    .option("--json", "print JSON")
    .action((job: string | undefined, options) =>
      run((context) => jobCommands.showNext(context, job, options)),
    );

  program
    .command("logs")
    .description("show the last lines that tasks wrote")
    .argument("[name...]", `${names}; all by default`)
    .option("-f, --follow", "go on with further lines")
    .option("-n, --lines <count>", "how many lines of each (default: 100, with --since all)")
    .option("--since <time>", "from then on: ISO 8601, or how long ago (10m)")
    .option("-t, --timestamps", "with the time of each line")
    .option("--json", "print one JSON object a line")
    .option("--run <number>", "what one run of a job wrote")
    .action((tasks: string[], options) =>
      run((context) =>
        options.run === undefined
          ? commands.showLogs(context, tasks, options)
          : jobCommands.showRunLog(context, tasks[0] ?? "", options.run),
      ),
    );

  program
    .command("events")
    .description("show what has happened")
    .option("-f, --follow", "go on with what happens")
    .option("-n, --lines <count>", "how many", "50")
    .option("--json", "print one JSON object a line")
    .action((options) => run((context) => commands.showEvents(context, options)));

  program
    .command("reload")
    .description("read tasks.yaml again and apply what differs, or have tasks reload their own configuration")
    .argument("[name...]", "tasks to reload; tasks.yaml by default")
    .option("--dry-run", "only say what would change")
    .option("--rolling", "replace one instance after the other, each when the one before is healthy")
    .option("--json", "print JSON")
    .action((tasks: string[], options) => run((context) => commands.reload(context, tasks, options)));

  program
    .command("health")
    .description("exit with 0 only if all is well")
    .option("--json", "print JSON")
    .action((options) => run((context) => commands.checkHealth(context, options)));

  program
    .command("shutdown")
    .description("stop every task and end longshored")
    .action(() => run(commands.shutDown));

  addExamples(program, clientExamples);
  return program;
}
