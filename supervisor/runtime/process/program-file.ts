import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { quoteArgv } from "../../../shared/quote-argv.ts";
import { UserError } from "../../../shared/user-error.ts";
import type { ReadText } from "../read-text.ts";

/** Where programs are looked for when no PATH is set. */
const standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The path of a program by its name; a name with a slash is a path already. Undefined where none can be executed. */
export function findProgram(program: string, searchPath = standardPath): string | undefined {
  if (program.includes("/")) return program;
  const paths = searchPath.split(":").map((folder) => `${folder || "."}/${program}`);
  return paths.find((path) => existsSync(path) && isExecutable(path));
}

/** A program that longshored itself runs, whatever PATH a task has. */
export function findOwnProgram(program: string): string | undefined {
  return findProgram(program, process.env.PATH) ?? findProgram(program);
}

/** Whether a file begins as no text does. */
export function isBinary(file: string): boolean {
  return readBeginning(file).includes("\0");
}

/** A script whose interpreter is missing is refused with the errno of a missing program. @throws UserError for one */
export function requireInterpreter(file: string): void {
  const text = Buffer.from(readBeginning(file), "latin1").toString("utf8");
  const [, interpreter] = /^#![ \t]*(\S+)/.exec(text) ?? [];
  if (interpreter === undefined || existsSync(interpreter)) return;
  throw new UserError("interpreter", `cannot run ${file}: no such interpreter: ${interpreter}`);
}

const shells = ["sh", "bash", "dash", "ash", "ksh", "zsh"];

/**
 * Looks at the file that a command starts for what the system does not say, or only by the number of another error: Windows
 * line ends, which make the carriage return a part of the interpreter's name.
 * @param isChained another program starts it, which tells nobody why it cannot
 * @param read reads its beginning
 * @throws UserError for what cannot run
 */
export function requireProgram(
  [program, ...args]: readonly [string, ...string[]],
  { searchPath, workingDir = "." }: { searchPath: string | undefined; workingDir: string | undefined },
  isChained: boolean,
  read?: ReadText,
): void {
  const found = findProgram(program, searchPath);
  const file = found === undefined ? undefined : resolve(workingDir, found);
  if (isChained) requireExecutable(program, file);
  if (file === undefined) return;
  if (isChained) requireInterpreter(file);
  requireUnixLines(program, file, /^#!/, read);
  const [script] = args;
  if (shells.includes(basename(program)) && script !== undefined && !/^[-+]/.test(script))
    requireUnixScript(script, resolve(workingDir, script), read);
}

function requireExecutable(program: string, file: string | undefined): void {
  if (file === undefined || !existsSync(file))
    throw new UserError("program", `cannot run ${program}: no such program`);
  const fault = findFileFault(file);
  if (fault !== undefined) throw new UserError("program", `cannot run ${program}: ${fault}`);
}

/** Why a file that is there cannot be executed, as far as its kind and mode show it. */
export function findFileFault(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return "it is a folder";
  if (stats !== undefined && (stats.mode & 0o111) === 0) return `it is not executable; try chmod +x ${file}`;
  return undefined;
}

/** What is read of a pipe is gone: it is left to the shell. */
function requireUnixScript(name: string, file: string, read?: ReadText): void {
  if (statSync(file, { throwIfNoEntry: false })?.isFile()) requireUnixLines(name, file, /^/, read);
}

function requireUnixLines(name: string, file: string, beginning: RegExp, read?: ReadText): void {
  const start = readBeginning(file, read);
  if (!start.includes("\r")) return;
  const [line = ""] = start.split("\n");
  if (!line.endsWith("\r") || !beginning.test(line)) return;
  const message = `cannot run ${name}: it has Windows line ends (a carriage return in its first line); fix it with: sed -i 's/\\r$//' ${quoteArgv([file])}`;
  throw new UserError("line_ends", message);
}

const beginningSize = 256;

/** The first bytes of a file, a character each; none where it cannot be read. */
function readBeginning(file: string, read: ReadText = readByNode): string {
  try {
    return read(file, beginningSize);
  } catch {
    return "";
  }
}

function readByNode(file: string, most = beginningSize): string {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const bytes = Buffer.alloc(most);
    return bytes.toString("latin1", 0, readSync(fd, bytes));
  } finally {
    closeSync(fd);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
