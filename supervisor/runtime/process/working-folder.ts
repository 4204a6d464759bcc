import { statSync } from "node:fs";
import { UserError } from "../../../shared/user-error.ts";

/**
 * Makes sure that a program can be started in a folder, by somebody with the rights to files that this thread has now:
 * the system's own refusal could as well be about the program.
 * @param user whose rights these are, where a task names one
 * @throws UserError that names the folder
 */
export function requireWorkingFolder(program: string, folder: string, user: string | undefined): void {
  try {
    statSync(`${folder}/.`);
  } catch (error) {
    const { code = "error" } = error as NodeJS.ErrnoException;
    throw new UserError("working_dir", `cannot run ${program}: ${describeFault(code, folder, user)}`);
  }
}

function describeFault(code: string, folder: string, user: string | undefined): string {
  switch (code) {
    case "ENOENT":
      return `no such working directory: ${folder}`;
    case "ENOTDIR":
      return `its working directory is no folder: ${folder}`;
    case "EACCES":
      return `${user === undefined ? "it" : `user ${user}`} may not enter its working directory ${folder} (EACCES)`;
    default:
      return `cannot enter its working directory ${folder} (${code})`;
  }
}
