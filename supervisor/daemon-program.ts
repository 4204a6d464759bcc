import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import pkg from "../package.json" with { type: "json" };
import { addExamples, clearHelp } from "../shared/clear-help.ts";
import { printText } from "../shared/io/print-text.ts";
import { UserError } from "../shared/user-error.ts";
import { type Dialect, dialects } from "./config/dialects/names.ts";
import { daemonExamples } from "./daemon-examples.ts";
import type { DefaultPaths } from "./protocol/default-paths.ts";
import { requireSocketPath } from "./protocol/socket-path.ts";
import { readInherited } from "./runtime/process/inherited.ts";

const standardFile = "/etc/longshore/tasks.yaml";

interface DaemonOptions {
  readonly socket: string;
  readonly stateDir: string;
  readonly shell?: boolean;
}

/** The command line of longshored; what a command needs is loaded when it runs. */
export function createDaemonProgram(paths: DefaultPaths): Command {
  const program = new Command("longshored")
    .description(
      "Runs the services and scheduled jobs of a tasks.yaml, as PID 1 of a container or anywhere else.",
    )
    .configureHelp(clearHelp([]))
    .version(pkg.version)
    .argument("[file]", `the tasks to run (default: ${standardFile})`)
    .option("--socket <path>", "where the control socket is made (also LONGSHORE_SOCKET)", paths.socket)
    .option("--state-dir <dir>", "what must survive a restart is kept here", paths.stateDir)
    .option("--shell", "with a prompt for it, as longshorectl has; the end of the prompt ends longshored")
    .action(async (named: string | undefined, { shell, ...options }: DaemonOptions) => {
      requireSocketPath(options.socket);
      requireProc();
      if (named === undefined && !existsSync(standardFile)) refuseWithoutFile();
      if (shell === true) {
        const { runWithShell } = await import("./daemon-shell.ts");
        const { socket, stateDir } = options;
        const args = ["--socket", socket, "--state-dir", stateDir, "--", named ?? standardFile];
        process.exitCode = await runWithShell(args, socket);
        return;
      }
      const { runSupervisor } = await import("./daemon.ts");
      process.exitCode = await runSupervisor({
        file: named ?? standardFile,
        ...options,
        version: pkg.version,
      });
    });

  program
    .command("check")
    .description("read a tasks.yaml and say what is wrong with it, all at once")
    .argument("[file]", "the file to check", standardFile)
    .action(async (file: string) => {
      const { loadPlan } = await import("./config/files/load.ts");
      const { specs, warnings } = await loadPlan(file, readInherited());
      for (const warning of warnings) console.error(`warning: ${warning}`);
      printText(`${file} is good: ${specs.length} ${specs.length === 1 ? "instance" : "instances"}\n`);
    });

  program
    .command("next")
    .description("print every time at which the jobs of a tasks.yaml are due")
    .argument("<file>")
    .argument("[job]", "every job by default")
    .option("--from <time>", "the beginning, ISO 8601; now by default")
    .option("--until <time>", "the end; a week after the beginning by default")
    .option("--json", "print JSON")
    .action(async (file: string, job: string | undefined, options) => {
      const { listOffline } = await import("./offline-next.ts");
      const { renderDueTimes } = await import("./ctl/job-commands.ts");
      const answer = await listOffline(file, job, options, new Date());
      const text = options.json ? JSON.stringify(answer, null, 2) : renderDueTimes(answer, job === undefined);
      if (text !== "") printText(`${text}\n`);
    });

  program
    .command("schema")
    .description("print the JSON Schema of tasks.yaml")
    .action(async () => {
      const { tasksFileSchema } = await import("./config/json-schema.ts");
      printText(`${JSON.stringify(tasksFileSchema(), null, 2)}\n`);
    });

  program
    .command("init")
    .description("write a commented example")
    .argument("[file]", "where to", "tasks.yaml")
    .action(async (file: string) => {
      await writeExample(file);
      console.log(`wrote ${file}; run it with: longshored ${file}`);
    });

  program
    .command("convert")
    .description(
      "print a supervisord.conf, Procfile, crontab, anacrontab or Taskmaster file as a tasks.yaml; what differs stands in comments",
    )
    .argument("<file>")
    .addOption(new Option("--from <dialect>", "what the file is").choices(dialects))
    .action(async (file: string, options: { from?: Dialect }) => {
      const { convertFile } = await import("./convert-file.ts");
      const { text, remarks } = await convertFile(file, options.from);
      printText(text);
      // Redirected to a file, the comments at its head are easily missed.
      if (remarks.length > 0 && !process.stdout.isTTY)
        console.error(`what differs is said in comments at the head of the output (${remarks.length})`);
    });

  addExamples(program, daemonExamples);
  return program;
}

function refuseWithoutFile(): never {
  const hint = `\`longshored FILE\` runs another one, and \`longshored init\` writes an example; in a container, mount its folder (-v ./config:/etc/longshore:ro) or COPY it there`;
  throw new UserError("tasks_file", `there is no ${standardFile}, so there is nothing to run`, { hint });
}

/** Processes are found, and paths are opened safely, through /proc: without it the first file could not be read. */
function requireProc(): void {
  if (process.platform !== "linux" || existsSync("/proc/self/fd")) return;
  const hint = "mount it before longshored starts: mount -t proc proc /proc";
  throw new UserError("proc", "there is no /proc here, and longshored needs it", { hint });
}

/** @throws UserError where the file is there already, or cannot be written */
async function writeExample(file: string): Promise<void> {
  const { exampleTasksYaml } = await import("./config/example.ts");
  await writeFile(file, exampleTasksYaml, { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    const hint = error.code === "EEXIST" ? `it is there already; run it with: longshored ${file}` : undefined;
    throw new UserError("init", `cannot write ${file} (${error.code})`, { hint, cause: error });
  });
}
