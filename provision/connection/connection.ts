import type { Duplex, Readable } from "node:stream";
import { UserError } from "../../shared/user-error.ts";
import { DISK_SCRIPT, type DiskTrouble, judgeDisks } from "./disk-trouble.ts";
import { quoteWords } from "./host-words.ts";

/** What a command left behind. `code` is 128 + the number where a signal ended it. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ExecOptions {
  /** run as root (sudo, unless the login user is root) */
  become?: boolean;
  /** standard input; empty by default */
  input?: string | Readable;
  /** called for every line of stdout and stderr as it comes */
  onLine?: (line: string) => void;
  /** for what only reads: when so many seconds are over it is given up (`host_silent`) */
  limitSeconds?: number;
  /** what to call the command in an error; its first word by default */
  title?: string;
  /** its output holds values that are nobody else's: no log and no event gets it */
  isConfidential?: boolean;
}

/** An open way to one host: one SSH connection, or this machine itself. */
export interface Connection {
  /** the name in the inventory */
  readonly host: string;
  /**
   * Runs a program and waits for it. A non-zero exit is a result, not an error. It counts as run only where the host shows
   * that it was that program, and not a ForceCommand or a file of the login shell.
   * @throws ConnectionLostError; UnreachableError `login_shell`; BecomeError; UserError `host_silent`
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<CommandResult>;
  /** A byte stream to a unix socket of the host, with the rights of the login user. */
  openSocket(path: string): Promise<Duplex>;
  /** A byte stream to a TCP port as seen from the host. */
  openPort(address: string, port: number): Promise<Duplex>;
  /** A program's stdin and stdout as one byte stream. */
  openProcess(argv: readonly string[], options?: { become?: boolean }): Promise<Duplex>;
  close(): Promise<void>;
}

/** A host that cannot be reached or does not let us in: the other hosts go on. */
export class UnreachableError extends UserError {}

export class ConnectionLostError extends UserError {
  constructor(host: string, cause?: unknown) {
    super("connection_lost", `the connection to ${host} was lost`, {
      hint: "run the same command again: it goes on where this one ended",
      cause,
    });
  }
}

/** A command on a host ended with a code other than 0. */
export class CommandError extends UserError {
  constructor(
    readonly argv: readonly string[],
    readonly result: CommandResult,
    title = argv[0] ?? "",
    trouble?: DiskTrouble,
  ) {
    super(trouble?.code ?? "command_failed", `${title} failed with code ${result.code}${lastLines(result)}`, {
      hint: trouble?.hint,
    });
  }
}

/** A disk of the host that may be why a command failed: what it is, and the way out. */
async function findDiskTrouble(connection: Connection): Promise<DiskTrouble | undefined> {
  try {
    const { stdout } = await connection.exec(shellScript(DISK_SCRIPT), { limitSeconds: 10 });
    return judgeDisks(stdout);
  } catch {
    // the failure that is being explained is the one to report
    return undefined;
  }
}

/**
 * Like {@link Connection.exec}, for commands that must succeed.
 * @throws CommandError with the code `no_space` or `read_only` where the host has a disk in such a state
 */
export async function run(
  connection: Connection,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<CommandResult> {
  const result = await connection.exec(argv, options);
  if (result.code === 0) return result;
  throw new CommandError(argv, result, options.title, await findDiskTrouble(connection));
}

/** The argv that runs a POSIX shell script; its arguments are data and never become part of the script. */
export function shellScript(script: string, ...args: string[]): string[] {
  return ["sh", "-c", script, "longshore", ...args];
}

function lastLines({ stdout, stderr }: CommandResult): string {
  return quoteWords(stderr.trim() || stdout.trim());
}
