import { accessSync, closeSync, constants, existsSync, openSync, readSync } from "node:fs";
import { UserError } from "../config/user-error.ts";

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
  return readBeginning(file).includes(0);
}

/** A script whose interpreter is missing is refused with the errno of a missing program. @throws UserError for one */
export function requireInterpreter(file: string): void {
  const [, interpreter] = /^#!\s*(\S+)/.exec(readBeginning(file).toString("utf8")) ?? [];
  if (interpreter === undefined || existsSync(interpreter)) return;
  throw new UserError("interpreter", `cannot run ${file}: no such interpreter: ${interpreter}`);
}

/** The first bytes of a file; none where it cannot be read. */
function readBeginning(file: string): Buffer {
  const beginning = Buffer.alloc(256);
  try {
    const fd = openSync(file, "r");
    try {
      return beginning.subarray(0, readSync(fd, beginning));
    } finally {
      closeSync(fd);
    }
  } catch {
    return beginning.subarray(0, 0);
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
