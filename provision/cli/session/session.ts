import pkg from "../../../package.json" with { type: "json" };
import { UserError } from "../../../shared/user-error.ts";
import { Questions } from "../../connection/questions.ts";
import { SharedSsh } from "../../connection/ssh/shared-ssh.ts";
import { auditChanges } from "../../fleet/audit.ts";
import { writeCommand } from "../../fleet/command-line.ts";
import { Connections } from "../../fleet/connections.ts";
import type { Listener } from "../../fleet/event.ts";
import type { Fleet } from "../../fleet/fleet.ts";
import { InterruptedError, SignalInterrupt } from "../../fleet/interrupt.ts";
import type { RunOptions } from "../../fleet/run-hosts.ts";
import { untilAborted } from "../../fleet/until-aborted.ts";
import { terminalAsk } from "../../ui/ask.ts";
import { chooseDisplay } from "../../ui/display.ts";
import { openEventLog } from "../../ui/event-log.ts";
import { printErr, printJsonText, printOut } from "../../ui/terminal.ts";
import type { FleetOptions } from "../options/options.ts";
import { askPasswords } from "./ask-passwords.ts";
import { openInventory } from "./open-inventory.ts";
import { readAnsibleConfig, warnOfLostSettings, warnOfOtherInventory } from "./warn-of-ansible-config.ts";

/** What a command on hosts works with. */
export interface Session extends Fleet {
  options: FleetOptions;
  /** a line for people: nothing of it with `--json` */
  say(text: string): void;
}

/** Commands that change nothing and show what they read at its end: Ctrl-C ends them at once. */
const READERS = new Set(["ping", "status", "audit"]);

/**
 * Runs a command's work on the selected hosts, and closes every connection whatever happens.
 *
 * @param name the command, for the hosts' audit logs
 * @returns the exit code: the command's own, or 130 (143) where Ctrl-C (SIGTERM) ended it
 */
export async function withSession(
  name: string,
  options: FleetOptions,
  work: (session: Session) => Promise<number>,
): Promise<number> {
  if (options.diff === true && options.check === false) {
    const hint = `write: ${writeCommand([...options.args, "--check"])}`;
    throw new UserError("usage", "--diff shows what --check finds, and --check is not there", { hint });
  }
  const ansibleConfig = await readAnsibleConfig();
  warnOfOtherInventory(ansibleConfig, options);
  const { hosts } = await openInventory(options);
  warnOfLostSettings(ansibleConfig, options, hosts);
  const connections = await openConnections(options);
  const say = (text: string) => {
    if (options.json === false) printOut(`${text}\n`);
  };
  const onlyReads = READERS.has(name);
  const interrupt = new SignalInterrupt(() => {
    if (onlyReads) return;
    printErr("\nstopping when the steps that are running have ended; once more to leave at once\n");
  });
  // Streams of the connections end with them; a command that waits is given up by the run itself.
  interrupt.leave.addEventListener("abort", () => void connections.close());
  const log = options.log === undefined ? undefined : openEventLog(options.log);
  const run: RunOptions = {
    display: chooseDisplay({
      json: options.json !== false,
      isTTY: process.stdout.isTTY === true,
      verbose: options.verbose,
    }),
    forks: options.forks,
    check: options.check === true,
    serial: options.serial,
    maxFail: options.maxFail,
    verbose: options.verbose,
    interrupt,
    listen: listeners(options.json === "events" ? printEvent : undefined, log),
    record: auditChanges(name, pkg.version),
  };
  try {
    // Nothing is being changed yet: whoever asks for the end gets it at once.
    await untilAborted(connections.answerQuestions(hosts, options.forks), interrupt.stop);
    const working = work({ hosts, connections, options, run, say });
    const code = await (onlyReads ? untilAborted(working, interrupt.stop) : working);
    return interrupt.exitCode ?? code;
  } catch (error) {
    if (error instanceof InterruptedError && interrupt.exitCode !== undefined) return interrupt.exitCode;
    throw error;
  } finally {
    await connections.close();
    interrupt.dispose();
  }
}

async function openConnections(options: FleetOptions): Promise<Connections> {
  const questions = new Questions(terminalAsk());
  const { password, becomePassword } = await askPasswords(options, questions);
  return new Connections({
    acceptNew: options.acceptNew,
    shared: new SharedSsh(questions),
    password,
    becomePassword,
  });
}

function listeners(...all: (Listener | undefined)[]): Listener {
  return (event) => {
    for (const listen of all) listen?.(event);
  };
}

const printEvent: Listener = (event) => {
  printJsonText({ at: new Date().toISOString(), ...event });
};
