import { constants } from "node:os";

/** A call that failed, with the name of its errno as Node's own errors have it. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: string;

  constructor(
    readonly syscall: string,
    errno: number,
  ) {
    const code =
      Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? `errno ${errno}`;
    super(`${syscall}: ${code}`);
    this.code = code;
  }
}
