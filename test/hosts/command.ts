import { spawn } from "node:child_process";

export interface CommandOptions {
  /** written to the standard input, which is closed after it (and at once without it) */
  input?: string | Buffer;
  /** added to the present environment; `undefined` takes a variable away */
  env?: Record<string, string | undefined>;
  cwd?: string;
  /** milliseconds after which the process is killed; none by default */
  timeout?: number;
}

export interface CommandResult {
  argv: readonly string[];
  /** 128 + n when signal n ended it, as a shell reports it; 124 after a timeout, as timeout(1) does */
  code: number;
  stdout: string;
  stderr: string;
}

/** A command that was expected to succeed and did not; the message holds what it printed. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(readonly result: CommandResult) {
    const { argv, code, stdout, stderr } = result;
    super(`${argv.join(" ")}: exit code ${code}\n${stderr}${stdout}`.trimEnd());
  }
}

/** Runs argv without a shell and resolves with whatever it did. Throws only when it can't be started. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, ...args] = argv;
  if (program === undefined) throw new TypeError("cannot run an empty argv");
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: "pipe",
      timeout: options.timeout,
      killSignal: "SIGKILL",
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A program that ends without reading its input closes the pipe: that is its right, not our failure.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input);
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({
        argv,
        code: code ?? (child.killed ? 124 : 137),
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}

/** Runs argv and resolves with its standard output. Throws a {@link CommandError} when it fails. */
export async function runChecked(argv: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await runCommand(argv, options);
  if (result.code !== 0) throw new CommandError(result);
  return result.stdout;
}

/** `docker ARGS…` with the classic builder, which every engine has. Resolves with the standard output, trimmed. */
export async function docker(args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const env = { DOCKER_BUILDKIT: "0", DOCKER_CLI_HINTS: "false", ...options.env };
  return (await runChecked(["docker", ...args], { ...options, env })).trim();
}
