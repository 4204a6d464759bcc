import { Command } from "commander";
import pkg from "../../package.json" with { type: "json" };
import { addExamples, clearHelp } from "../../shared/clear-help.ts";
import { printErr } from "../ui/terminal.ts";
import { EXAMPLES } from "./examples.ts";
import { refuseForeignOptions } from "./options/foreign-options.ts";
import { refuseLooseWords } from "./options/loose-words.ts";
import {
  acceptNewOption,
  askBecomePassOption,
  askPassOption,
  checkOption,
  diffOption,
  forksOption,
  jsonEventsOption,
  jsonOption,
  limitOption,
  linesOption,
  logOption,
  maxFailOption,
  secretsOption,
  serialOption,
  stackOption,
  upgradeOption,
  verboseOption,
  yesOption,
} from "./options/options.ts";
import { refuseLostValues } from "./options/strict-options.ts";

/** The options that most people look for, as `--help` shows them. */
const COMMON = ["check", "diff", "stack", "volumes", "yes", "limit", "inventory", "json", "verbose"].map(
  (name) => `--${name}`,
);

/**
 * The command line of `longshore`. Commands are imported when they run: what one needs does not slow down another.
 *
 * @param finish is given the exit code of the command that ran
 * @param args what will be parsed: a run that did not get through says how to go on
 */
export function makeProgram(finish: (code: number) => void, args: readonly string[] = []): Command {
  const program = new Command("longshore")
    .description("Take bare Debian and Ubuntu hosts to a live, supervised HTTPS site, and keep them there.")
    .option("-i, --inventory <file>", "the inventory, in Ansible's INI format", "inventory.ini")
    .option("--debug", "print stack traces", false)
    .version(pkg.version)
    .showHelpAfterError("(longshore --help lists commands and options)")
    .configureOutput({ writeErr: printErr })
    .configureHelp(clearHelp(COMMON))
    .exitOverride();
  const onHosts = (name: string, description: string) =>
    program
      .command(name)
      .description(description)
      .addOption(limitOption())
      .addOption(forksOption())
      .addOption(acceptNewOption())
      .addOption(askPassOption())
      .addOption(askBecomePassOption())
      .exitOverride();
  const fleet = (name: string, description: string) => onHosts(name, description).addOption(jsonOption());
  const run =
    (load: () => Promise<(options: never) => Promise<number>>) => async (_: unknown, command: Command) => {
      refuseLooseWords(command, args);
      const execute = await load();
      finish(await execute({ ...command.optsWithGlobals<object>(), args } as never));
    };
  const changing = (name: string, description: string) =>
    onHosts(name, description)
      .addOption(checkOption())
      .addOption(diffOption())
      .addOption(serialOption())
      .addOption(maxFailOption())
      .addOption(verboseOption())
      .addOption(logOption())
      .addOption(jsonEventsOption());
  changing("up", "provision and deploy, then show the status and the site's URLs")
    .addOption(stackOption())
    .addOption(secretsOption())
    .action(run(async () => (await import("./up.ts")).upCommand));
  changing("provision", "install Docker Engine and Compose, and set up the hosts")
    .addOption(upgradeOption())
    .option("-s, --stack <dir>", "bring the roles too that this stack asks for")
    .action(run(async () => (await import("./provision.ts")).provisionCommand));
  changing("deploy", "ship image, configuration and secrets, and run the stack")
    .addOption(stackOption())
    .addOption(secretsOption())
    .action(run(async () => (await import("./deploy.ts")).deployCommand));
  fleet("status", "show what runs on the hosts")
    .option("-s, --stack <dir>", "only this stack")
    .action(run(async () => (await import("./status.ts")).statusCommand));
  fleet(
    "drift",
    "show what provision and deploy would change on the hosts; exit code 2 when there is something",
  )
    .addOption(stackOption())
    .addOption(secretsOption())
    .action(run(async () => (await import("./drift.ts")).driftCommand));
  fleet("audit", "show who changed what on the hosts, from where and when")
    .addOption(linesOption())
    .action(run(async () => (await import("./audit.ts")).auditCommand));
  changing("down", "remove what deploy brought, and only that")
    .addOption(stackOption())
    .option("--volumes", "remove the volumes too: certificates and history", false)
    .addOption(yesOption())
    .action(run(async () => (await import("./down.ts")).downCommand));
  fleet("ping", "connect to the hosts, and see whether they let us in and let us become root").action(
    run(async () => (await import("./ping.ts")).pingCommand),
  );
  const hosts = program.command("hosts").description("what this machine knows of the hosts").exitOverride();
  hosts
    .command("trust")
    .description("show the host keys that are not known yet, and record them when you say so")
    .addOption(limitOption())
    .addOption(forksOption())
    .addOption(jsonOption())
    .option(
      "--fingerprint <SHA256:...>",
      "record the keys with this fingerprint without asking; may be repeated",
      collect,
    )
    .exitOverride()
    .action(run(async () => (await import("./trust.ts")).trustCommand));
  program
    .command("inventory")
    .description("show what is read in the inventory, as ansible-inventory does; no host is touched")
    .option("--graph [group]", "groups and hosts as a tree (the default)")
    .option("--list", "all of it as JSON")
    .option("--host <name>", "the variables of one host as JSON, with templates filled in")
    .option("-l, --limit <pattern>", "the names of the hosts that the pattern selects, one a line")
    .exitOverride()
    .action(run(async () => (await import("./inventory.ts")).inventoryCommand));
  addExamples(program, EXAMPLES);
  refuseLostValues(program);
  for (const command of [...program.commands, ...hosts.commands]) {
    if (command === hosts) continue;
    // A word too many gets an answer of ours.
    command.allowExcessArguments();
    refuseLostValues(command, ["fingerprint"]);
    refuseForeignOptions(command, args);
  }
  return program;
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
